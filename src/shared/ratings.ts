import type { LabelledRow, PreferenceRow, Row, RowTurn } from "./rows";

export type Thumb = "up" | "down";

/** A conversation up to an answer, as seen by the voice that gave it. */
export interface AskedConversation {
  readonly system?: string;
  readonly tools?: readonly unknown[];
  readonly turns: readonly RowTurn[];
}

/** An answer in the comparison, with the user's rating. */
export interface RatedAnswer {
  /** Null for the base model. */
  readonly adapterId: string | null;
  readonly merged: boolean;
  /** The adapter's name when it was rated; null for the base model. */
  readonly name: string | null;
  readonly asked: AskedConversation;
  readonly text: string;
  readonly thumb: Thumb | null;
}

/** The user's ratings of the answers to a question. */
export interface Rating {
  /** The question's id in the conversation. */
  readonly id: string;
  readonly modelId: string;
  /** Milliseconds since 1970. */
  readonly ratedAt: number;
  readonly answers: readonly RatedAnswer[];
  /** Whether the best answer, or none, was chosen blind; if none, no answer has a thumb up. */
  readonly blind: boolean;
}

/**
 * The dataset rows of a rating: a pair for each answer that is better than another, or if there are no pairs, each
 * rated answer with its label.
 */
export function rowsOfRating({ answers }: Rating): Row[] {
  const good = answers.filter(({ thumb }) => thumb === "up");
  const bad = answers.filter(({ thumb }) => thumb === "down");
  const pairs = good.flatMap((chosen) =>
    bad.filter(({ text }) => text !== chosen.text).map((rejected) => preference(chosen, rejected)),
  );
  return pairs.length > 0 ? pairs : [...good, ...bad].map(labelled);
}

function preference(chosen: RatedAnswer, rejected: RatedAnswer): PreferenceRow {
  const { turns: prompt, ...setting } = chosen.asked;
  return {
    kind: "preference",
    ...setting,
    prompt,
    chosen: [answerTurn(chosen)],
    rejected: [answerTurn(rejected)],
  };
}

function labelled(answer: RatedAnswer): LabelledRow {
  const { turns, ...setting } = answer.asked;
  return { kind: "labelled", ...setting, turns: [...turns, answerTurn(answer)], good: answer.thumb === "up" };
}

function answerTurn({ text }: RatedAnswer): RowTurn {
  return { role: "assistant", text };
}

/** How often each voice was chosen blind. */
export interface BlindTally {
  readonly choices: number;
  /** Number of times none was chosen. */
  readonly ties: number;
  readonly wins: readonly {
    readonly adapterId: string | null;
    readonly merged: boolean;
    readonly count: number;
  }[];
}

/** The tally of blind choices among exactly these voices. */
export function blindTally(
  ratings: readonly Rating[],
  voices: readonly Pick<RatedAnswer, "adapterId" | "merged">[],
): BlindTally {
  const keyOf = ({ adapterId, merged }: Pick<RatedAnswer, "adapterId" | "merged">): string =>
    JSON.stringify([adapterId, merged]);
  const among = (of: readonly Pick<RatedAnswer, "adapterId" | "merged">[]): string =>
    of.map(keyOf).sort().join();
  const chosen = ratings
    .filter(({ blind, answers }) => blind && among(answers) === among(voices))
    .map(({ answers }) => answers.find(({ thumb }) => thumb === "up"));
  return {
    choices: chosen.length,
    ties: chosen.filter((best) => best === undefined).length,
    wins: voices.map(({ adapterId, merged }) => ({
      adapterId,
      merged,
      count: chosen.filter((best) => best && keyOf(best) === keyOf({ adapterId, merged })).length,
    })),
  };
}

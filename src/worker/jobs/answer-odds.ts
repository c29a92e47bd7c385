import { shapeOf } from "../../data/shape/prompt-template";
import { BatchDecoder } from "../../engine/generate/batch-decoder";
import { measureTexts, type MeasuredText } from "../../engine/generate/likelihood";
import { placeOdds, type PlaceOdds } from "../../engine/generate/token-odds";
import { cancelled } from "../../lib/errors";
import type { CommandArgs } from "../../protocol/commands";
import type { TokenChance } from "../../shared/generation";
import { tokenPieces } from "../../tokenizer/token-pieces";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { questionPrompt, questionTemplates } from "../question-prompt";
import type { Session } from "../session";
import { findSpeaker } from "../speakers";
import { onGpu } from "./on-gpu";
import type { Job } from "./owner";

type Args = CommandArgs<"answerOdds">[0];

/** Number of alternatives per token. */
const LIKELIEST = 5;

/** Measures given answers by passing each question's prompt and answer through the model again. */
export function answerOddsJob(
  session: Session,
  { questions, answers, template }: Args,
): Job<readonly (readonly TokenChance[])[]> {
  return {
    kind: "answer",
    run: ({ signal }) =>
      onGpu(session, async () => {
        const templates = await questionTemplates(session, questions, template);
        const found: (readonly TokenChance[])[] = [];
        for (const [index, question] of questions.entries()) {
          const { tokenizer, templateId } = shapeOf(templates[index] ?? template, session.model.tokenizer);
          const { ids: prompt } = questionPrompt(question, templateId, tokenizer);
          const answer = answers[index] ?? [];
          const odds = answer.length > 0 ? await measure(session, question, { prompt, answer }, signal) : [];
          found.push(worded(odds, tokenizer));
        }
        return found;
      }),
  };
}

async function measure(
  session: Session,
  question: Args["questions"][number],
  { prompt, answer }: Pick<MeasuredText, "prompt" | "answer">,
  signal: AbortSignal,
): Promise<readonly PlaceOdds[]> {
  const { engine, state } = await findSpeaker(session, question);
  const decoder = await BatchDecoder.create(engine, state, prompt.length + answer.length);
  try {
    const measured = [...prompt.map(() => false), ...answer.map(() => true)];
    const odds = (logits: Float32Array, id: number): PlaceOdds => placeOdds(logits, id, LIKELIEST);
    for await (const { measures } of measureTexts(decoder, [{ prompt, answer, measured }], odds, signal))
      return measures;
    throw cancelled();
  } finally {
    decoder.destroy();
  }
}

function worded(odds: readonly PlaceOdds[], tokenizer: Tokenizer): TokenChance[] {
  const pieces = tokenPieces(
    odds.map(({ id }) => id),
    tokenizer,
  );
  return odds.map(({ id, probability, likeliest }, index) => ({
    ...{ id, text: "", continues: false, ...pieces[index] },
    probability,
    likeliest: likeliest.map((other) => ({ ...other, text: tokenizer.tokenText(other.id) })),
  }));
}

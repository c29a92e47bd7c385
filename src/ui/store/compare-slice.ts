import { type ErrorData, isCancelled } from "../../lib/errors";
import type { Question } from "../../protocol/commands";
import type { ChatMessage } from "../../shared/generation";
import { questionOf, type Row } from "../../shared/rows";
import { toProblem } from "../lib/problem";
import { stopSequences } from "../lib/stop-lines";
import { isExcluded, JobCalls } from "./jobs";
import { isDeviceLost } from "./recovery-slice";
import { selectTemplate } from "./selectors";
import type { Answer, CompareSlice, SliceCreator, StudioState, Turn, Voice } from "./state";
import { generationValues, toGenerationOptions } from "./training-values";
import {
  adapterVoice,
  answerOf,
  askedVoices,
  baseOnly,
  chooseVoice,
  fitVoices,
  selectSpeakers,
  withColumn,
} from "./voices";

const waiting: Answer = {
  state: "waiting",
  text: "",
  ids: [],
  tokensPerSecond: null,
  finish: null,
  problem: null,
};

/** Largest seed of the form. */
const SEEDS = 2 ** 32;

/**
 * The conversation as seen by one voice: the system text of its last question, its own earlier answers and the new
 * question. If it was not asked in a turn, the leftmost answer is used. A row begins a conversation of its own with its
 * own system text, and its question is not repeated in the messages.
 */
export function conversation(
  turns: readonly Turn[],
  voice: Voice | null,
): Pick<Question, "row" | "messages"> {
  const begin = Math.max(
    0,
    turns.findLastIndex(({ row }) => row !== null),
  );
  const row = turns[begin]?.row ?? null;
  const system = row ? "" : (turns.at(-1)?.system ?? "");
  const messages = turns.slice(begin).flatMap((turn, index): ChatMessage[] => {
    const question: ChatMessage[] = turn.row ? [] : [{ role: "user", content: turn.question }];
    if (begin + index === turns.length - 1) return question;
    const answer = answerOf(turn, voice) ?? turn.answers[0]?.answer;
    return [...question, { role: "assistant", content: answer?.text ?? "" }];
  });
  return {
    row,
    messages: [...(system === "" ? [] : [{ role: "system", content: system } as const]), ...messages],
  };
}

/** The question of a row as displayed; empty for a text. */
export function rowQuestion(row: Row): string {
  const { text = "", input = "" } = questionOf(row) ?? {};
  return [text, input].filter(Boolean).join("\n");
}

/** What to ask. */
interface Asked {
  readonly content: string;
  readonly row: Row | null;
  /** Number of regenerations. */
  readonly attempt: number;
}

/** The integers below `count` in random order. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ({ index, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ index }) => index);
}

/** Stop conditions from the page's fields. */
export function answerEnds({ stopText, endLoops }: Pick<StudioState, "stopText" | "endLoops">) {
  return { stop: stopSequences(stopText), loops: endLoops };
}

export const compareSlice: SliceCreator<CompareSlice> =
  ({ client }) =>
  (set, get) => {
    const calls = new JobCalls(set);

    function change(turnId: string, column: number, part: Partial<Answer>): void {
      set(({ turns }) => ({
        turns: turns.map((turn) => {
          const asked = turn.answers[column];
          if (turn.id !== turnId || !asked) return turn;
          return {
            ...turn,
            answers: turn.answers.with(column, { ...asked, answer: { ...asked.answer, ...part } }),
          };
        }),
      }));
    }

    /** Marks unfinished answers as ended: the first with `problem`, the rest as not asked. */
    function endAnswers(turnId: string, problem: ErrorData | null): void {
      const { answers = [] } = get().turns.find(({ id }) => id === turnId) ?? {};
      const open = answers.flatMap(({ answer: { state } }, column) =>
        state === "streaming" || state === "waiting" ? [column] : [],
      );
      for (const [index, column] of open.entries()) {
        const isFailed = problem && index === 0;
        change(
          turnId,
          column,
          isFailed ? { state: "failed", problem } : { state: "done", finish: "stopped" },
        );
      }
    }

    /** @param again whether to retry once if the GPU is lost */
    async function ask(asked: Asked, again: boolean): Promise<void> {
      const state = get();
      const { content, row, attempt } = asked;
      const options = toGenerationOptions(generationValues(state.generationEdits));
      if (content === "" || !options || !state.model) return;
      if (isExcluded(state, "answer")) return;
      const voices = askedVoices(state.voices);
      const turn: Turn = {
        id: crypto.randomUUID(),
        question: content,
        row,
        system: state.systemPrompt.trim() === "" ? "" : state.systemPrompt,
        attempt,
        blindOrder: state.blind && voices.length > 1 ? shuffled(voices.length) : null,
        answers: voices.map(({ voice }, index) => ({
          voice,
          answer: index === 0 ? { ...waiting, state: "streaming" } : waiting,
        })),
      };
      const turns = [...state.turns, turn];
      set({ turns });
      const questions = turn.answers.map(({ voice }, column): Question => {
        const { adapterId, merged } = voice ?? { adapterId: null, merged: false };
        return { column, adapterId, merged, ...conversation(turns, voice) };
      });
      const args = {
        ...{ requestId: turn.id, questions, template: selectTemplate(get()), ends: answerEnds(state) },
        options: { ...options, seed: (options.seed + attempt) % SEEDS },
      };
      try {
        await calls.run({ kind: "answer" }, (signal) => client.withSignal(signal).call("generate", args));
        endAnswers(turn.id, null);
      } catch (error) {
        const isLost = isDeviceLost(error);
        if (isLost && again && (await get().recover()) && get().turns.at(-1)?.id === turn.id) {
          set(({ turns: known }) => ({ turns: known.slice(0, -1) }));
          await ask(asked, false);
          return;
        }
        endAnswers(turn.id, isCancelled(error) ? null : toProblem(error));
      }
    }

    /** Removes a turn and those after it; null if there is no such turn, or asking is unavailable. */
    function takeBack(turnId: string): Turn | null {
      const { turns } = get();
      const index = turns.findIndex((turn) => turn.id === turnId);
      if (isExcluded(get(), "answer") || index < 0) return null;
      set({ turns: turns.slice(0, index) });
      return turns[index] ?? null;
    }

    return {
      turns: [],
      voices: baseOnly,
      lentAdapter: null,
      generationEdits: {},
      systemPrompt: "",
      stopText: "",
      endLoops: true,
      markDifferences: false,
      showOdds: false,

      send: (message) => ask({ content: message.trim(), row: null, attempt: 0 }, true),

      sendRow: (row) => ask({ content: rowQuestion(row), row, attempt: 0 }, true),

      async resend(turnId, question) {
        const turn = takeBack(turnId);
        if (!turn) return;
        const content = question.trim();
        const row = turn.question === content ? turn.row : null;
        await ask({ content, row, attempt: 0 }, true);
      },

      async regenerate(turnId) {
        const turn = takeBack(turnId);
        if (turn) await ask({ content: turn.question, row: turn.row, attempt: turn.attempt + 1 }, true);
      },

      stopAnswers: () => {
        calls.cancel();
      },

      clearConversation: () => {
        set({ turns: [] });
      },

      growAnswer: ({ requestId, column, finish, ...grown }) => {
        change(requestId, column, { ...grown, state: finish === null ? "streaming" : "done", finish });
        if (finish !== null && finish !== "stopped") change(requestId, column + 1, { state: "streaming" });
      },

      editGeneration: (name, value) => {
        set(({ generationEdits }) => ({ generationEdits: { ...generationEdits, [name]: value } }));
      },

      editAsking: (part) => {
        set(part);
      },

      setMarkDifferences: (on) => {
        set({ markDifferences: on });
      },

      setShowOdds: (on) => {
        set({ showOdds: on });
      },

      takeLent: (adapter) => {
        set(({ voices, adapters }) => ({
          lentAdapter: adapter,
          voices: adapter ? chooseVoice(voices, 1, adapterVoice(adapter.id)) : fitVoices(voices, adapters),
        }));
      },

      chooseVoice: (column, voice) => {
        set(({ voices }) => ({ voices: chooseVoice(voices, column, voice) }));
      },

      addColumn: () => {
        set((state) => ({ voices: withColumn(state.voices, selectSpeakers(state)) ?? state.voices }));
      },

      removeColumn: (column) => {
        set(({ voices }) => (voices.length > 2 ? { voices: voices.toSpliced(column, 1) } : {}));
      },
    };
  };

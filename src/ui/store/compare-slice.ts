import { type ErrorData, isCancelled } from "../../lib/errors";
import type { Question } from "../../protocol/commands";
import type { ChatMessage, Side } from "../../shared/generation";
import { questionOf, type Row } from "../../shared/rows";
import { toProblem } from "../lib/problem";
import { isExcluded, JobCalls } from "./jobs";
import { isDeviceLost } from "./recovery-slice";
import { selectTemplate } from "./selectors";
import type { Answer, CompareSlice, SliceCreator, Turn } from "./state";
import { generationValues, toGenerationOptions } from "./training-values";
import { answerOf, baseOnly, chooseVoice, isSameVoice } from "./voices";

const waiting: Answer = { state: "waiting", text: "", tokensPerSecond: null, finish: null, problem: null };

const SIDES = ["before", "after"] as const;

/**
 * The conversation as seen by one side: its own earlier answers and the new question. If its voice was not asked in a
 * turn, the left side's answer is used. A row begins a conversation of its own, and its question is not repeated in the
 * messages.
 */
export function conversation(turns: readonly Turn[], side: Side): Pick<Question, "row" | "messages"> {
  const voices = turns.at(-1)?.voices ?? baseOnly;
  const begin = Math.max(
    0,
    turns.findLastIndex(({ row }) => row !== null),
  );
  const messages = turns.slice(begin).flatMap((turn, index): ChatMessage[] => {
    const question: ChatMessage[] = turn.row ? [] : [{ role: "user", content: turn.question }];
    if (begin + index === turns.length - 1) return question;
    const answer = answerOf(turn, voices, side) ?? turn.before;
    return [...question, { role: "assistant", content: answer.text }];
  });
  return { row: turns[begin]?.row ?? null, messages };
}

/** The question of a row as displayed; empty for a text. */
export function rowQuestion(row: Row): string {
  const { text = "", input = "" } = questionOf(row) ?? {};
  return [text, input].filter(Boolean).join("\n");
}

export const compareSlice: SliceCreator<CompareSlice> =
  ({ client }) =>
  (set, get) => {
    const answers = new JobCalls(set);

    function change(turnId: string, side: Side, part: Partial<Answer>): void {
      set(({ turns }) => ({
        turns: turns.map((turn) => {
          const answer = turn[side];
          return turn.id === turnId && answer ? { ...turn, [side]: { ...answer, ...part } } : turn;
        }),
      }));
    }

    /** The request of a side, for its current voice. */
    function question(side: Side): Question {
      const voice = get().voices[side];
      const { adapterId, merged } = voice ?? { adapterId: null, merged: false };
      return { side, adapterId, merged, ...conversation(get().turns, side) };
    }

    /** Marks unfinished answers as ended: the first with `problem`, the rest as not asked. */
    function endAnswers(turnId: string, problem: ErrorData | null): void {
      const turn = get().turns.find(({ id }) => id === turnId);
      const [first, ...others] = SIDES.filter((side) => {
        const state = turn?.[side]?.state;
        return state === "streaming" || state === "waiting";
      });
      if (!first) return;
      change(turnId, first, problem ? { state: "failed", problem } : { state: "done", finish: "stopped" });
      for (const side of others) change(turnId, side, { state: "done", finish: "stopped" });
    }

    /** @param again whether to retry once if the GPU is lost */
    async function ask(content: string, row: Row | null, again: boolean): Promise<void> {
      const state = get();
      const options = toGenerationOptions(generationValues(state.generationEdits));
      if (content === "" || !options || !state.model) return;
      if (isExcluded(state, "answer")) return;
      const sides = isSameVoice(state.voices.after, state.voices.before) ? (["before"] as const) : SIDES;
      const turn: Turn = {
        id: crypto.randomUUID(),
        question: content,
        row,
        voices: state.voices,
        before: { ...waiting, state: "streaming" },
        after: sides.length > 1 ? waiting : null,
      };
      set({ turns: [...state.turns, turn] });
      const request = { requestId: turn.id, questions: sides.map(question) };
      const template = selectTemplate(get());
      try {
        await answers.run({ kind: "answer" }, (signal) =>
          client.withSignal(signal).call("generate", { ...request, template, options }),
        );
        endAnswers(turn.id, null);
      } catch (error) {
        const isLost = isDeviceLost(error);
        if (isLost && again && (await get().recover()) && get().turns.at(-1)?.id === turn.id) {
          set(({ turns }) => ({ turns: turns.slice(0, -1) }));
          await ask(content, row, false);
          return;
        }
        endAnswers(turn.id, isCancelled(error) ? null : toProblem(error));
      }
    }

    return {
      turns: [],
      voices: baseOnly,
      generationEdits: {},
      markDifferences: false,

      send: (message) => ask(message.trim(), null, true),

      sendRow: (row) => ask(rowQuestion(row), row, true),

      async resend(turnId, question) {
        const { turns } = get();
        const index = turns.findIndex((turn) => turn.id === turnId);
        if (isExcluded(get(), "answer") || index < 0) return;
        const asked = turns[index];
        set({ turns: turns.slice(0, index) });
        const row = asked?.question === question.trim() ? asked.row : null;
        await ask(question.trim(), row, true);
      },

      stopAnswers: () => {
        answers.cancel();
      },

      clearConversation: () => {
        set({ turns: [] });
      },

      growAnswer: ({ requestId, side, text, tokensPerSecond, finish }) => {
        const state = finish === null ? "streaming" : "done";
        change(requestId, side, { state, text, tokensPerSecond, finish });
        if (side === "before" && finish !== null && finish !== "stopped")
          change(requestId, "after", { state: "streaming" });
      },

      editGeneration: (name, value) => {
        set(({ generationEdits }) => ({ generationEdits: { ...generationEdits, [name]: value } }));
      },

      setMarkDifferences: (on) => {
        set({ markDifferences: on });
      },

      chooseVoice: (side, voice) => {
        set(({ voices }) => ({ voices: chooseVoice(voices, side, voice) }));
      },
    };
  };

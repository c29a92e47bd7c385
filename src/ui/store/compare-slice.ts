import { isCancelled } from "../../lib/errors";
import type { ChatMessage, Side } from "../../spec/generation";
import { toProblem } from "../lib/problem";
import { isTraining, selectTemplate } from "./selectors";
import type { Answer, CompareSlice, SliceCreator, Turn } from "./state";
import { generationValues, toGenerationOptions } from "./training-values";
import { answerOf, baseOnly, chooseVoice, readVoice } from "./voices";

const waiting: Answer = { state: "waiting", text: "", tokensPerSecond: null, finish: null, problem: null };

/**
 * The conversation as one side had it: its own earlier answers, then the new question. Where its voice was not asked
 * before, the left side's answer stands in.
 */
export function conversation(turns: readonly Turn[], side: Side): ChatMessage[] {
  const voices = turns.at(-1)?.voices ?? baseOnly;
  return turns.flatMap((turn, index): ChatMessage[] => {
    const question: ChatMessage = { role: "user", content: turn.question };
    if (index === turns.length - 1) return [question];
    const answer = answerOf(turn, voices, side) ?? turn.before;
    return [question, { role: "assistant", content: answer.text }];
  });
}

export const compareSlice: SliceCreator<CompareSlice> =
  ({ client }) =>
  (set, get) => {
    function change(turnId: string, side: Side, part: Partial<Answer>): void {
      set(({ turns }) => ({
        turns: turns.map((turn) => {
          const answer = turn[side];
          return turn.id === turnId && answer ? { ...turn, [side]: { ...answer, ...part } } : turn;
        }),
      }));
    }

    /** Asks one side; false when the person stopped it, so that the other side is not asked. */
    async function ask(turnId: string, side: Side): Promise<boolean> {
      const options = toGenerationOptions(generationValues(get().generationEdits));
      if (!options) return false;
      const voice = get().voices[side];
      const speaker = voice === null ? { id: null, merged: false } : readVoice(voice);
      change(turnId, side, { state: "streaming" });
      try {
        const result = await client.call("generate", {
          requestId: turnId,
          side,
          adapterId: speaker.id,
          merged: speaker.merged,
          messages: conversation(get().turns, side),
          templateId: selectTemplate(get()),
          options,
        });
        const { text, tokensPerSecond, finish } = result;
        change(turnId, side, { state: "done", text, tokensPerSecond, finish });
        return finish !== "stopped";
      } catch (error) {
        const stopped = isCancelled(error);
        change(turnId, side, {
          state: stopped ? "done" : "failed",
          finish: stopped ? "stopped" : null,
          problem: stopped ? null : toProblem(error),
        });
        return false;
      }
    }

    return {
      turns: [],
      voices: baseOnly,
      answering: false,
      generationEdits: {},
      markDifferences: false,

      async send(question) {
        const content = question.trim();
        const state = get();
        if (content === "" || state.answering || isTraining(state) || !state.model) return;
        const turn: Turn = {
          id: crypto.randomUUID(),
          question: content,
          voices: state.voices,
          before: waiting,
          after: state.voices.after === state.voices.before ? null : waiting,
        };
        set({ turns: [...state.turns, turn], answering: true });
        const goOn = await ask(turn.id, "before");
        if (turn.after && goOn) await ask(turn.id, "after");
        else if (turn.after) change(turn.id, "after", { state: "done", finish: "stopped" });
        set({ answering: false });
      },

      async resend(turnId, question) {
        const { turns, answering } = get();
        const index = turns.findIndex((turn) => turn.id === turnId);
        if (answering || index < 0) return;
        set({ turns: turns.slice(0, index) });
        await get().send(question);
      },

      stopAnswers: () => {
        // The command that is answering reports how it ended; a refusal to stop has nothing to add.
        void client.call("stopGeneration").catch(() => undefined);
      },

      clearConversation: () => {
        set({ turns: [] });
      },

      growAnswer: (turnId, side, text, tokensPerSecond) => {
        change(turnId, side, { text, tokensPerSecond });
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

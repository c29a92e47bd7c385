import type { Question } from "../../protocol/commands";
import type { AskedConversation, RatedAnswer, Rating, Thumb } from "../../shared/ratings";
import { rowsOfRating } from "../../shared/ratings";
import { conversationOf, type ConversationRow, type RowTurn } from "../../shared/rows";
import { toProblem } from "../lib/problem";
import { saveBlob } from "../lib/save-file";
import { conversation } from "./compare-slice";
import { selectSpeakers } from "./voices";
import type { RatingsSlice, SliceCreator, StudioState, Turn } from "./state";

/** A question with the conversation before it, as turns of a row. */
export function askedConversation({ row, messages }: Pick<Question, "row" | "messages">): AskedConversation {
  const system = messages.find(({ role }) => role === "system")?.content;
  const further = messages.flatMap(({ role, content }): RowTurn[] =>
    role === "system" ? [] : [{ role, text: content }],
  );
  if (!row) return { ...(system === undefined ? {} : { system }), turns: further };
  if (row.kind === "text") return { turns: further };
  const { kind: _, turns, ...setting } = conversationOf(row);
  const last = turns.findLastIndex(({ role }) => role === "assistant");
  return { ...setting, turns: [...turns.slice(0, last < 0 ? turns.length : last), ...further] };
}

/** Ratings of answers, and conversations saved as rows. */
export const ratingsSlice: SliceCreator<RatingsSlice> =
  ({ client }) =>
  (set, get) => {
    /** Turns up to and including this one; null if there is none. */
    function turnsTo(turnId: string): { readonly turn: Turn; readonly turns: readonly Turn[] } | null {
      const { turns } = get();
      const index = turns.findIndex(({ id }) => id === turnId);
      const turn = turns[index];
      return turn ? { turn, turns: turns.slice(0, index + 1) } : null;
    }

    /** A turn's rating with these thumbs. */
    function ratingOf(
      turnId: string,
      blind: boolean,
      thumbOf: (index: number) => Thumb | null,
    ): Rating | null {
      const found = turnsTo(turnId);
      const { model } = get();
      const adapters = selectSpeakers(get());
      if (!found || !model) return null;
      const answers = found.turn.answers.map(({ voice, answer }, index): RatedAnswer => ({
        ...(voice ?? { adapterId: null, merged: false }),
        name: adapters.find(({ id }) => id === voice?.adapterId)?.name ?? null,
        asked: askedConversation(conversation(found.turns, voice)),
        text: answer.text,
        thumb: thumbOf(index),
      }));
      return { id: turnId, modelId: model.id, ratedAt: Date.now(), answers, blind };
    }

    /** Shows and saves a rating; deletes an empty one. */
    async function keep(rating: Rating): Promise<void> {
      const others = ({ ratings }: StudioState): Rating[] => ratings.filter(({ id }) => id !== rating.id);
      const isEmpty = !rating.blind && rating.answers.every(({ thumb }) => thumb === null);
      try {
        if (isEmpty) await client.call("deleteRating", { id: rating.id });
        else await client.call("saveRating", { rating });
        set((state) => ({ ratings: [...others(state), ...(isEmpty ? [] : [rating])], ratingsProblem: null }));
      } catch (error) {
        set({ ratingsProblem: toProblem(error) });
      }
    }

    const jsonLines = () => client.call("rowsAsFile", { rows: get().ratings.flatMap(rowsOfRating) });

    return {
      ratings: [],
      ratingsProblem: null,
      blind: false,

      async startRatings() {
        try {
          set({ ratings: await client.call("listRatings") });
        } catch (error) {
          set({ ratingsProblem: toProblem(error) });
        }
      },

      async rate(turnId, index, thumb) {
        const known = get().ratings.find(({ id }) => id === turnId);
        const rating = ratingOf(turnId, known?.blind ?? false, (at) =>
          at === index ? thumb : (known?.answers[at]?.thumb ?? null),
        );
        if (rating) await keep(rating);
      },

      async chooseBlind(turnId, best) {
        const rating = ratingOf(turnId, true, (at) => (best === null ? null : at === best ? "up" : "down"));
        if (rating) await keep(rating);
      },

      setBlind: (on) => {
        set({ blind: on });
      },

      async exportRatings(name) {
        try {
          saveBlob(`${name}.jsonl`, await jsonLines());
        } catch (error) {
          set({ ratingsProblem: toProblem(error) });
        }
      },

      async importRatings(name) {
        await get().importFiles([new File([await jsonLines()], "ratings.jsonl")], name);
      },

      async clearRatings() {
        try {
          await client.call("clearRatings");
          set({ ratings: [], ratingsProblem: null });
        } catch (error) {
          set({ ratingsProblem: toProblem(error) });
        }
      },

      async keepRow(turnId, index, text, target) {
        const found = turnsTo(turnId);
        const asked = found?.turn.answers[index];
        if (!found || !asked) return false;
        const { turns, ...setting } = askedConversation(conversation(found.turns, asked.voice));
        const row: ConversationRow = {
          kind: "conversation",
          ...setting,
          turns: [...turns, { role: "assistant", text }],
        };
        if ("datasetId" in target) return get().editRows(target.datasetId, { kind: "add", value: row });
        const before = get().datasetId;
        const file = new File([await client.call("rowsAsFile", { rows: [row] })], "chats.jsonl");
        await get().importFiles([file], target.name);
        return get().datasetId !== before;
      },
    };
  };

import { questionOf } from "../../shared/rows";
import { toProblem } from "../lib/problem";
import { isExcluded, isRunning } from "./jobs";
import { selectTrainingValues, selectValidation } from "./selectors";
import type { NextMoveSlice, SliceCreator, StudioState, Turn } from "./state";

/** Next steps after a run: an unseen question, scores, export. */
export type NextMove = "ask" | "score" | "export";

/** The primary button's offer after a run; null before one. */
export function selectNextMove(state: StudioState): NextMove | null {
  const { result, turns, evaluation } = state;
  if (!result) return null;
  if (isRunning(state, "answer") || !turns.some((turn) => isAnswered(turn, result.adapter.id))) return "ask";
  // Scores are only meaningful on held-out rows.
  const canScore = evaluation === null && !isExcluded(state, "evaluate");
  return canScore || isRunning(state, "evaluate") ? "score" : "export";
}

function isAnswered({ answers }: Turn, adapterId: string): boolean {
  return answers.some(({ voice, answer }) => voice?.adapterId === adapterId && answer.state === "done");
}

/** Number of held-out rows searched for a question. */
const SEARCHED_ROWS = 10;

export const nextMoveSlice: SliceCreator<NextMoveSlice> =
  ({ client }) =>
  (set, get) => ({
    async askHeldOut() {
      const state = get();
      const { validationSplit, seed } = selectTrainingValues(state);
      try {
        const rows = await client.call("heldOutRows", {
          adapterId: state.adapterId,
          id: state.datasetId ?? "",
          validationId: selectValidation(state)?.id ?? null,
          validationSplit: Number(validationSplit) || 0,
          seed: Number(seed) || 0,
          count: SEARCHED_ROWS,
        });
        const row = rows.find((held) => questionOf(held) !== null);
        if (row) await get().sendRow(row);
      } catch (error) {
        set({ fault: toProblem(error) });
      }
    },
  });

import { questionOf, type Row } from "../../../shared/rows";
import { rowQuestion } from "../../store/compare-slice";
import { useStudio, useStudioContext } from "../../store/context";
import { selectDataset, selectTrainingValues, selectValidation } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { rightVoice } from "../../store/voices";

const SUGGESTED = 3;
/** Number of held-out rows searched for the question. */
const SEARCHED_ROWS = 40;

/**
 * Rows that the chosen adapter's run has not trained on, and the dataset's own answer if the last question is one of
 * them. Without an adapter, those that the form would hold out.
 */
export function useHeldOut(): { readonly rows: readonly Row[]; readonly expected: string | null } {
  const { client } = useStudioContext();
  const { adapterId, id, split, seed, validationId, last } = useStudio((state) => {
    const values = selectTrainingValues(state);
    const dataset = selectDataset(state);
    const voice = rightVoice(state.voices) ?? state.voices[0] ?? null;
    return {
      adapterId: voice?.adapterId ?? null,
      id: dataset && dataset.rows > 0 ? dataset.id : null,
      split: typeof values.validationSplit === "number" ? values.validationSplit : 0,
      seed: typeof values.seed === "number" ? values.seed : 0,
      validationId: selectValidation(state)?.id ?? null,
      last: state.turns.at(-1) ?? null,
    };
  });
  const key = adapterId !== null ? [adapterId] : id !== null ? [id, validationId, split, seed] : null;
  const { value } = useRemote(key && JSON.stringify(key), () =>
    client.call("heldOutRows", {
      adapterId,
      id: id ?? "",
      validationId,
      validationSplit: split,
      seed,
      count: SEARCHED_ROWS,
    }),
  );
  const rows = (value ?? []).filter((row) => questionOf(row) !== null);
  const asked = last && (last.row ?? rows.find((row) => rowQuestion(row) === last.question));
  return {
    rows: rows.slice(0, SUGGESTED),
    expected: (asked && questionOf(asked)?.answer) ?? null,
  };
}

import { questionOf, type Row } from "../../../shared/rows";
import { useStudio, useStudioContext } from "../../store/context";
import { selectDataset, selectTrainingValues, selectValidation } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";

const SUGGESTED = 3;
/** Number of held-out rows searched for the question. */
const SEARCHED_ROWS = 40;

/** A row's last question with its answer; text rows have none. */
function asked(row: Row): { question: string; answer: string }[] {
  const found = questionOf(row);
  if (!found) return [];
  const { text, input, answer } = found;
  return [{ question: input === "" ? text : `${text}\n\n${input}`, answer }];
}

/** Held-out questions as suggestions, and the dataset's own answer if one of them was asked. */
export function useHeldOut(): { readonly questions: readonly string[]; readonly expected: string | null } {
  const { client } = useStudioContext();
  const { id, split, seed, sample, validationId, last } = useStudio((state) => {
    const values = selectTrainingValues(state);
    const dataset = selectDataset(state);
    return {
      id: dataset && dataset.rows > 0 ? dataset.id : null,
      split: typeof values.validationSplit === "number" ? values.validationSplit : 0,
      seed: typeof values.seed === "number" ? values.seed : 0,
      sample: state.samples.find((known) => dataset && known.id === state.sampleOf[dataset.id]),
      validationId: selectValidation(state)?.id ?? null,
      last: state.turns.at(-1)?.question ?? null,
    };
  });
  const { value } = useRemote(id === null ? null : JSON.stringify([id, validationId, split, seed]), () =>
    client.call("heldOutRows", {
      id: id ?? "",
      validationId,
      validationSplit: split,
      seed,
      count: SEARCHED_ROWS,
    }),
  );
  const rows = (value ?? []).flatMap(asked);
  return {
    questions: (sample ? sample.suggestions : rows.map(({ question }) => question)).slice(0, SUGGESTED),
    expected: rows.find(({ question }) => question === last)?.answer ?? null,
  };
}

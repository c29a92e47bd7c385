import type { Row } from "../../../spec/data";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining, selectDataset, selectTrainingValues } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

const SHOWN = 3;

/** A row as the question that it asks. */
function questionOf({ instruction, input }: Row): string {
  return input === "" ? instruction : `${instruction}\n\n${input}`;
}

/** Questions that training does not see, and the data's own answer to the one that was asked. */
export function Suggestions() {
  const text = useText();
  const { client } = useStudioContext();
  const { id, split, seed, sample, asked, locked, send } = useStudio((state) => {
    const values = selectTrainingValues(state);
    const dataset = selectDataset(state);
    return {
      id: dataset && dataset.rows > 0 ? dataset.id : null,
      split: typeof values.validationSplit === "number" ? values.validationSplit : 0,
      seed: typeof values.seed === "number" ? values.seed : 0,
      sample: state.samples.find((known) => dataset && known.id === state.sampleOf[dataset.id]),
      asked: state.turns.at(-1)?.question ?? null,
      locked: state.answering || isTraining(state) || !state.model,
      send: state.send,
    };
  });
  const { value } = useRemote(id === null ? null : JSON.stringify([id, split, seed]), () =>
    client.call("heldOutRows", { id: id ?? "", validationSplit: split, seed, count: 40 }),
  );
  const rows = value ?? [];
  const expected = rows.find((row) => questionOf(row) === asked)?.output;
  const questions = (sample ? sample.suggestions : rows.map(questionOf)).slice(0, SHOWN);
  if (questions.length === 0) return null;
  return (
    <div className={classes.suggestions}>
      {expected !== undefined && (
        <p className={classes.expected}>
          <span>{text.compare.expected}</span> {expected}
        </p>
      )}
      <span className={classes.quiet}>{text.compare.suggestions}</span>
      <div className={classes.chips}>
        {questions.map((question) => (
          <button
            key={question}
            type="button"
            className={classes.chip}
            disabled={locked}
            onClick={() => void send(question)}
          >
            {question.length > 90 ? `${question.slice(0, 90)}…` : question}
          </button>
        ))}
      </div>
    </div>
  );
}

import type { Row } from "../../../shared/rows";
import { rowQuestion } from "../../store/compare-slice";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

/** Held-out rows, each asked with a click as training rendered it. */
export function Suggestions({ rows }: { rows: readonly Row[] }) {
  const text = useText();
  const { locked, send } = useStudio((state) => ({
    locked: isExcluded(state, "answer") || !state.model,
    send: state.sendRow,
  }));
  if (rows.length === 0) return null;
  return (
    <div className={classes.suggestions}>
      <span className={classes.quiet}>{text.compare.suggestions}</span>
      <div className={classes.chips}>
        {rows.map((row, index) => {
          const question = rowQuestion(row);
          return (
            <button
              key={index}
              type="button"
              className={classes.chip}
              dir="auto"
              disabled={locked}
              onClick={() => void send(row)}
            >
              {question.length > 90 ? `${question.slice(0, 90)}…` : question}
            </button>
          );
        })}
      </div>
    </div>
  );
}

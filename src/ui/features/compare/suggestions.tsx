import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";

/** Suggested questions, sent with a click. */
export function Suggestions({ questions }: { questions: readonly string[] }) {
  const text = useText();
  const { locked, send } = useStudio((state) => ({
    locked: isExcluded(state, "answer") || !state.model,
    send: state.send,
  }));
  if (questions.length === 0) return null;
  return (
    <div className={classes.suggestions}>
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

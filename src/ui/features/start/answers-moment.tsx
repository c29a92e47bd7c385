import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./first-sight.module.css";

/** The last question with the answers of both sides. */
export function AnswersMoment() {
  const text = useText();
  const turn = useStudio((state) => state.turns.at(-1) ?? null);
  if (!turn) return <p className={classes.quiet}>{text.start.answers.idle}</p>;
  return (
    <div className={classes.pair}>
      <p className={classes.asked} dir="auto">
        {turn.question}
      </p>
      <p className={classes.clamped} dir="auto">
        <span className={classes.who}>{text.start.answers.before}</span> {turn.before.text}
      </p>
      {turn.after && (
        <p className={classes.clamped} dir="auto" data-after>
          <span className={classes.who}>{text.start.answers.after}</span> {turn.after.text}
        </p>
      )}
    </div>
  );
}

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
      {turn.answers.slice(0, 2).map(({ voice, answer }, index) => (
        <p key={index} className={classes.clamped} dir="auto" data-after={voice !== null || undefined}>
          <span className={classes.who}>{voice ? text.start.answers.after : text.start.answers.before}</span>{" "}
          {answer.text}
        </p>
      ))}
    </div>
  );
}

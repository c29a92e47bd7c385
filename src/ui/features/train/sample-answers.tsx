import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./sample-answers.module.css";

/** Answers to a held-out question in the course of the run, latest first. */
export function SampleAnswers() {
  const text = useText();
  const samples = useStudio((state) => state.sampleAnswers);
  const last = samples.at(-1);
  if (!last) return null;
  return (
    <section className={classes.panel} aria-labelledby="samples-title">
      <h3 id="samples-title" className={classes.title}>
        {text.train.samples}
      </h3>
      <p className={classes.question}>{last.question}</p>
      <dl className={classes.list} tabIndex={0} aria-labelledby="samples-title">
        {samples.toReversed().map(({ step, answer }) => (
          <div key={step} className={classes.row}>
            <dt>{text.train.sampleStep(step)}</dt>
            <dd>{answer.trim() === "" ? text.train.sampleEmpty : answer}</dd>
          </div>
        ))}
        <div className={classes.row} data-expected>
          <dt>{text.train.sampleExpected}</dt>
          <dd>{last.expected}</dd>
        </div>
      </dl>
    </section>
  );
}

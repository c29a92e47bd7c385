import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./first-sight.module.css";

/** What training does; during a run how the answer to one question changes. */
export function TrainingMoment() {
  const text = useText();
  const { samples, active, methodId } = useStudio((state) => ({
    samples: state.sampleAnswers,
    active: isTraining(state),
    methodId: state.methodId,
  }));
  const [first] = samples;
  if (!first) {
    return (
      <p className={classes.quiet}>
        {active ? text.start.training.soon : text.start.training.idle(text.methods[methodId].title)}
      </p>
    );
  }
  // Several questions may be asked each time.
  const last = samples.findLast(({ question }) => question === first.question) ?? first;
  return (
    <div className={classes.pair}>
      <p className={classes.asked} dir="auto">
        {first.question}
      </p>
      {[...new Set([first, last])].map(({ step, answer }) => (
        <p key={step} className={classes.clamped} dir="auto">
          <span className={classes.who}>{text.train.sampleStep(step)}</span>{" "}
          {answer.trim() === "" ? text.train.sampleEmpty : answer}
        </p>
      ))}
    </div>
  );
}

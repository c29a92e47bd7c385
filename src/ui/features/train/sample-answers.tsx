import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import type { SampleAnswer } from "../../../shared/run-history";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./sample-answers.module.css";

/** Answers to held-out questions in the course of the run, latest first. */
export function SampleAnswers() {
  const text = useText();
  const samples = useStudio((state) => state.sampleAnswers);
  const [chosen, setChosen] = useState(0);
  const questions = [...new Set(samples.map(({ question }) => question))];
  const question = questions[chosen] ?? questions[0];
  const answers = samples.filter((sample) => sample.question === question);
  const last = answers.at(-1);
  if (!last) return null;
  return (
    <section className={classes.panel} aria-labelledby="samples-title">
      <h3 id="samples-title" className={classes.title}>
        {text.train.samples}
      </h3>
      {questions.length > 1 ? (
        <NativeSelect
          aria-label={text.train.sampleQuestion}
          value={questions.indexOf(last.question)}
          data={questions.map((label, index) => ({ value: String(index), label }))}
          onChange={(event) => {
            setChosen(Number(event.currentTarget.value));
          }}
        />
      ) : (
        <p className={classes.question}>{last.question}</p>
      )}
      <dl className={classes.list} tabIndex={0} aria-labelledby="samples-title">
        {answers.toReversed().map((sample) => (
          <div key={sample.step} className={classes.row}>
            <dt>{text.train.sampleStep(sample.step)}</dt>
            <dd dir="auto">
              {sample.answer.trim() === "" ? text.train.sampleEmpty : sample.answer}
              <Mark sample={sample} />
            </dd>
          </div>
        ))}
        <div className={classes.row} data-expected>
          <dt>{text.train.sampleExpected}</dt>
          <dd dir="auto">{last.expected}</dd>
        </div>
      </dl>
    </section>
  );
}

/** Whether a scored answer is right, or how near it is. */
function Mark({ sample: { values } }: { readonly sample: SampleAnswer }) {
  const text = useText();
  if (values?.chrf === undefined) return null;
  const isRight = values.normalised === 1;
  return (
    <span className={classes.mark}>
      {isRight ? text.train.sampleRight : text.train.sampleNear(values.chrf)}
    </span>
  );
}

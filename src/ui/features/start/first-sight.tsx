import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import { AnswersMoment } from "./answers-moment";
import { ExamplesMoment } from "./examples-moment";
import classes from "./first-sight.module.css";
import { TrainingMoment } from "./training-moment";

/** What the studio is, in a sentence and three moments: examples, training, before and after. */
export function FirstSight() {
  const text = useText().start;
  const showsAll = useStudio((state) => state.keepsStepsOpen);
  if (showsAll) return null;
  return (
    <section className={classes.start} aria-labelledby="start-title">
      <p id="start-title" className={classes.lead}>
        {text.lead} <span>{text.private}</span>
      </p>
      <ol className={classes.moments}>
        <Moment title={text.examples.title} href="#data" link={text.examples.choose}>
          <ExamplesMoment />
        </Moment>
        <Moment title={text.training.title} href="#train" link={text.training.choose}>
          <TrainingMoment />
        </Moment>
        <Moment title={text.answers.title} href="#compare" link={text.answers.choose}>
          <AnswersMoment />
        </Moment>
      </ol>
    </section>
  );
}

interface MomentProps {
  readonly title: string;
  readonly href: string;
  readonly link: string;
  readonly children: ReactNode;
}

function Moment({ title, href, link, children }: MomentProps) {
  return (
    <li className={classes.moment}>
      <h2 className={classes.title}>{title}</h2>
      <div className={classes.content}>{children}</div>
      <Anchor href={href} className={classes.link ?? ""}>
        {link}
      </Anchor>
    </li>
  );
}

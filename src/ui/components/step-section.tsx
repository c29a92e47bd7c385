import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { StepId } from "../store/selectors";
import { useText } from "../text/text";
import classes from "./step-section.module.css";

/** One of the six steps: anchor, heading, introductory sentence and content. */
export function StepSection({ step, intro, children }: { step: StepId; intro: string; children: ReactNode }) {
  const text = useText();
  return (
    <section id={step} className={classes.section} data-step={step}>
      <header className={classes.header}>
        <Title order={2} id={`${step}-title`}>
          {text.shell.steps[step]}
        </Title>
        <p className={classes.intro}>{intro}</p>
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

import { Title } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useStudio } from "../store/context";
import { selectStepState } from "../store/selectors";
import { stepLine } from "../store/step-line";
import type { StepId } from "../store/steps";
import { useText } from "../text/text";
import classes from "./step-section.module.css";

/** One of the six steps: anchor, heading, introduction and content. When closed, a single line shows its state. */
export function StepSection({ step, intro, children }: { step: StepId; intro: string; children: ReactNode }) {
  const text = useText();
  const { isOpen, stepState, line, open, close } = useStudio((state) => ({
    isOpen: state.openSteps.includes(step),
    stepState: selectStepState(state, step),
    line: stepLine(state, step, text),
    open: state.openStep,
    close: state.closeStep,
  }));
  return (
    <section id={step} className={classes.section} data-step={step} data-state={stepState}>
      <details
        className={classes.details}
        open={isOpen}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open === isOpen) return;
          if (currentTarget.open) open(step);
          else close(step);
        }}
      >
        <summary className={classes.summary}>
          <IconChevronRight size={18} aria-hidden className={classes.arrow} />
          <Title order={2} id={`${step}-title`} className={classes.title ?? ""}>
            {text.shell.steps[step]}
          </Title>
          <span className={classes.line}>{line}</span>
        </summary>
        <p className={classes.intro}>{intro}</p>
        <div className={classes.body}>{children}</div>
      </details>
    </section>
  );
}

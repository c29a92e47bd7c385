import { ActionIcon, Anchor } from "@mantine/core";
import { IconArrowRight, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { selectTrainBlock } from "../../store/selectors";
import { useText } from "../../text/text";
import { LossChart } from "./loss-chart";
import { RunButtons } from "./run-buttons";
import { RunFiguresView } from "./run-figures";
import classes from "./run-panel.module.css";
import { RunSettings } from "./run-settings";
import { useStatusSentence } from "./use-status-sentence";

/** The run, always in sight: how it stands, its one main button, the losses. A bar at the bottom when narrow. */
export function RunPanel() {
  const text = useText();
  const [open, setOpen] = useState(false);
  const status = useStatusSentence();
  const { block, idle, problem, dismiss, compare } = useStudio((state) => ({
    block: selectTrainBlock(state),
    idle: state.runStatus === "idle",
    problem: state.trainProblem,
    dismiss: state.dismissTrainProblem,
    compare: state.result !== null,
  }));
  return (
    <aside aria-label={text.run.label} className={classes.panel} data-open={open || undefined}>
      <div className={classes.bar}>
        <p role="status" className={classes.status}>
          {idle && block ? text.run.blocked[block] : status}
        </p>
        <RunButtons />
        <ActionIcon
          variant="default"
          size={36}
          className={classes.toggle ?? ""}
          aria-label={open ? text.run.close : text.run.open}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? <IconChevronDown size={20} aria-hidden /> : <IconChevronUp size={20} aria-hidden />}
        </ActionIcon>
      </div>
      <div className={classes.body}>
        <ProblemAlert problem={problem} onDismiss={dismiss} />
        {compare && (
          <Anchor
            href="#compare"
            className={classes.next ?? ""}
            onClick={() => {
              setOpen(false);
            }}
          >
            {text.run.compareNow}
            <IconArrowRight size={18} aria-hidden />
          </Anchor>
        )}
        <LossChart />
        <RunFiguresView />
        <RunSettings />
      </div>
    </aside>
  );
}

import { ActionIcon, Anchor } from "@mantine/core";
import { IconArrowRight, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectTrainBlock } from "../../store/selectors";
import { useText } from "../../text/text";
import { LossChart } from "./loss-chart";
import { RunButtons } from "./run-buttons";
import { RunFiguresView } from "./run-figures";
import classes from "./run-panel.module.css";
import { RunSettings } from "./run-settings";
import { useStatusSentence } from "./use-status-sentence";

/** Status, primary button and losses of the run, always visible; a bottom bar on narrow screens. */
export function RunPanel() {
  const text = useText();
  const [open, setOpen] = useState(false);
  const status = useStatusSentence();
  const { block, idle, active, problem, dismiss, compare } = useStudio((state) => ({
    block: selectTrainBlock(state),
    active: isTraining(state),
    idle: state.runStatus === "idle",
    problem: state.trainProblem,
    dismiss: state.dismissTrainProblem,
    compare: state.result !== null,
  }));
  // After a run its status stays; the reason why the next one cannot start is shown below it.
  const reason = !idle && !active && block !== "answering" ? block : null;
  return (
    <aside
      id="run"
      tabIndex={-1}
      aria-label={text.run.label}
      className={classes.panel}
      data-open={open || undefined}
    >
      <div className={classes.bar}>
        <div className={classes.words}>
          <p role="status" className={classes.status}>
            {idle && block ? text.run.blocked[block] : status}
          </p>
          {reason && <p className={classes.reason}>{text.run.blocked[reason]}</p>}
        </div>
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

import { ActionIcon, Button } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { InterruptedRun } from "../../../protocol/commands";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectTrainBlock, selectTrainWarnings } from "../../store/selectors";
import { useText } from "../../text/text";
import { LossChart } from "./loss-chart";
import { RunAnnouncer } from "./run-announcer";
import { RunButtons } from "./run-buttons";
import { RunFiguresView } from "./run-figures";
import { RunList } from "../runs/run-list";
import classes from "./run-panel.module.css";
import { RunVerdictView } from "./run-verdict";
import { RunSettings } from "./run-settings";
import { RunSummary } from "./run-summary";
import { RunWarnings } from "./run-warnings";
import { useStatusSentence } from "./use-status-sentence";

/** Status, primary button and losses of the run, always visible; a bottom bar on narrow screens. */
export function RunPanel() {
  const text = useText();
  const [open, setOpen] = useState(false);
  const status = useStatusSentence();
  const { block, idle, active, problem, dismiss, progress, warnings } = useStudio((state) => ({
    block: selectTrainBlock(state),
    active: isTraining(state),
    idle: state.runStatus === "idle",
    problem: state.trainProblem,
    dismiss: state.dismissTrainProblem,
    progress: isTraining(state) && state.run.totalSteps > 0 ? state.run.step / state.run.totalSteps : null,
    warnings: selectTrainWarnings(state).length,
  }));
  const { store } = useStudioContext();
  useEffect(
    () =>
      store.subscribe((state, before) => {
        // On a narrow screen the reason of a failure would be hidden.
        if (state.trainProblem && !before.trainProblem) setOpen(true);
      }),
    [store],
  );
  // Once another run has begun, the interrupted one is resumed from the list of runs.
  const cutOff = useStudio((state) =>
    ["idle", "failed"].includes(state.runStatus) && !isTraining(state)
      ? (state.interrupted.find(({ isElsewhere }) => !isElsewhere) ?? null)
      : null,
  );
  const shown = useStudio((state) => state.runs.find(({ id }) => id === (cutOff?.id ?? state.runId)) ?? null);
  // After a run its status remains; the reason why another cannot start is shown below.
  const reason = !idle && !active && block !== "answering" ? block : null;
  return (
    <aside
      id="run"
      tabIndex={-1}
      aria-label={text.run.label}
      className={classes.panel}
      data-open={open || undefined}
    >
      {progress !== null && (
        <div className={classes.progress} aria-hidden>
          <div style={{ width: `${progress * 100}%` }} />
        </div>
      )}
      <div className={classes.bar} data-two={cutOff !== null || undefined}>
        <div className={classes.words}>
          {shown && <h2 className={classes.number}>{text.runs.numbered(shown.number)}</h2>}
          {/* Announced by RunAnnouncer, less often. */}
          <p role="status" aria-live="off" className={classes.status}>
            {cutOff ? text.run.interrupted.title : idle && block ? text.run.blocked[block] : status}
          </p>
          {reason && <p className={classes.reason}>{text.run.blocked[reason]}</p>}
          {!active && warnings > 0 && <p className={classes.count}>{text.run.warnings(warnings)}</p>}
        </div>
        {!active && <RunSummary />}
        <RunButtons cutOff={cutOff} />
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
      <RunAnnouncer />
      <div className={classes.body}>
        {!active && <RunWarnings />}
        <ProblemAlert problem={problem} onDismiss={dismiss} />
        {cutOff && <CutOffRun run={cutOff} />}
        <RunVerdictView />
        <div className={classes.curves}>
          <LossChart />
          <RunFiguresView />
        </div>
        <RunSettings />
        <RunList />
      </div>
    </aside>
  );
}

/** Facts of an interrupted run. */
function CutOffRun({ run }: { readonly run: InterruptedRun }) {
  const text = useText().run.interrupted;
  const discard = useStudio((state) => state.discardRun);
  return (
    <div className={classes.cutOff}>
      <p>
        {text.what(run.name, run.step, run.totalSteps, run.savedAt)}{" "}
        {run.datasetName === null ? text.noDataset : text.goesOn}
      </p>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void discard(run.id)}>
        {text.discard}
      </Button>
    </div>
  );
}

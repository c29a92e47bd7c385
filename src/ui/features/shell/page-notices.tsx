import { Button, Group } from "@mantine/core";
import type { UnsavedAdapter } from "../../../protocol/events";
import { problemArea } from "../../../lib/problems/problem";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { browserKind } from "../../lib/browser-kind";
import { useStudio } from "../../store/context";
import { isExcluded, isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import { InterruptedRuns } from "../train/interrupted-runs";
import classes from "./page-notices.module.css";

/** Page-wide notices: no WebGPU, faults outside of a command, unsaved adapters. */
export function PageNotices() {
  const { fault, dismiss, unsaved } = useStudio((state) => ({
    fault: state.fault,
    dismiss: state.dismissFault,
    unsaved: state.unsaved,
  }));
  const text = useText();
  const wantsReload = fault !== null && problemArea(fault.problem) === "device-lost";
  return (
    <div className={classes.notices}>
      <NoGpu />
      <ProblemAlert
        problem={fault}
        onDismiss={dismiss}
        action={
          wantsReload ? (
            <Button size="compact-sm" variant="default" onClick={reload}>
              {text.shell.reloadPage}
            </Button>
          ) : null
        }
      />
      <Outdated />
      <NewVersion />
      <Stalled />
      <SetAside />
      <SettingsTaken />
      <Recovery />
      {unsaved.map((adapter) => (
        <Unsaved key={adapter.id} adapter={adapter} />
      ))}
      <InterruptedRuns />
    </div>
  );
}

function reload(): void {
  location.reload();
}

/** Asks for a reload once a newer version is open in another tab. */
function Outdated() {
  const text = useText().shell;
  const { outdated, training } = useStudio((state) => ({
    outdated: state.outdated,
    training: isTraining(state),
  }));
  if (!outdated) return null;
  return (
    <Notice kind="warning" title={text.outdated.title}>
      {training ? text.outdated.whileTraining : text.outdated.what}
      <Group mt="xs">
        <Button size="compact-md" onClick={reload}>
          {text.reloadPage}
        </Button>
      </Group>
    </Notice>
  );
}

/** Offers an installed newer version; while a run trains it waits, since it reloads the page. */
function NewVersion() {
  const text = useText().shell.newVersion;
  const { version, training } = useStudio((state) => ({
    version: state.waitingVersion,
    training: isTraining(state),
  }));
  if (!version) return null;
  return (
    <Notice kind="info" title={text.title}>
      {training ? text.whileTraining : text.what}
      <Group mt="xs">
        <Button size="compact-md" variant="default" disabled={training} onClick={version.takeOver}>
          {text.takeOver}
        </Button>
      </Group>
    </Notice>
  );
}

/** Offers to restart when the worker is unresponsive, and to load the model that hung it anyway. */
function Stalled() {
  const text = useText().shell.stalled;
  const { stalled, hungModel, model, locked, load } = useStudio((state) => ({
    stalled: state.stalled,
    hungModel: state.hungModel,
    model: state.models.find(({ id }) => id === state.hungModel)?.title ?? "",
    locked: isExcluded(state, "load-model"),
    load: state.loadModel,
  }));
  if (stalled) {
    return (
      <Notice kind="warning" title={text.title}>
        {text.what}
        <Group mt="xs">
          <Button size="compact-md" onClick={reload}>
            {text.restart}
          </Button>
        </Group>
      </Notice>
    );
  }
  if (hungModel === null || model === "") return null;
  return (
    <Notice kind="warning" title={text.notLoaded(model)}>
      {text.why}
      <Group mt="xs">
        <Button size="compact-md" variant="default" disabled={locked} onClick={() => void load(hungModel)}>
          {text.load}
        </Button>
      </Group>
    </Notice>
  );
}

/** Reports settings that were set aside after a failed start. */
function SetAside() {
  const text = useText().shell.setAside;
  const { setAside, takeUp } = useStudio((state) => ({
    setAside: state.setAside,
    takeUp: state.restoreSettings,
  }));
  if (!setAside) return null;
  return (
    <Notice kind="warning" title={text.title}>
      {text.what}
      <Group mt="xs">
        <Button size="compact-md" variant="default" onClick={takeUp}>
          {text.takeUp}
        </Button>
      </Group>
    </Notice>
  );
}

/** Reports settings that were loaded, or why they were not, visibly from every step. */
function SettingsTaken() {
  const text = useText().shell.settingsFile;
  const { taken, problem, dismiss } = useStudio((state) => ({
    taken: state.takenSettings,
    problem: state.settingsProblem,
    dismiss: state.dismissSettings,
  }));
  if (!problem && !taken) return null;
  return (
    <div className={classes.floating} aria-live="polite">
      <ProblemAlert problem={problem} onDismiss={dismiss} />
      {taken && !problem && (
        <Notice kind="info" title={text.taken(taken.file)}>
          {taken.missingModel !== null && <p>{text.missingModel(taken.missingModel)}</p>}
          <Group mt="xs">
            <Button size="compact-sm" variant="default" onClick={dismiss}>
              {text.dismiss}
            </Button>
          </Group>
        </Notice>
      )}
    </div>
  );
}

function NoGpu() {
  const text = useText();
  const gpuProblem = useStudio((state) =>
    // A lost GPU did exist: advice to use another browser would be wrong.
    state.recovery === null ? (state.environment?.gpuProblem ?? null) : null,
  );
  if (!gpuProblem) return null;
  const { what, advice } = text.problem(gpuProblem);
  return (
    <Notice kind="warning" title={text.shell.noGpu.title}>
      <p>
        {what} {advice}
      </p>
      <p>{text.shell.noGpu.browsers[browserKind(navigator.userAgent, isSecureContext)]}</p>
      <p>{text.shell.noGpu.stillWorks}</p>
    </Notice>
  );
}

/** Reports a lost GPU and the automatic recovery. */
function Recovery() {
  const text = useText().shell.recovery;
  const { recovery, dismiss } = useStudio((state) => ({
    recovery: state.recovery,
    dismiss: state.dismissRecovery,
  }));
  if (recovery === null || recovery === "failed") return null;
  return (
    <Notice kind="info" title={text.title}>
      {recovery === "under-way" ? text.underWay : text.done}
      {recovery === "done" && (
        <Group mt="xs">
          <Button size="compact-sm" variant="default" onClick={dismiss}>
            {text.dismiss}
          </Button>
        </Group>
      )}
    </Notice>
  );
}

/** An adapter that could not be saved, with ways to rescue it. */
function Unsaved({ adapter }: { readonly adapter: UnsavedAdapter }) {
  const text = useText();
  const { isLoaded, locked, save, makeExport } = useStudio((state) => ({
    isLoaded: state.model?.id === adapter.modelId,
    locked: isExcluded(state, "edit-library"),
    save: state.saveAdapter,
    makeExport: state.makeExport,
  }));
  const { what } = text.problem(adapter.problem);
  return (
    <Notice kind="warning" title={text.export.unsaved.title(adapter.name)}>
      {what} {text.export.unsaved.what}
      <Group gap="xs" mt="xs">
        <Button size="compact-md" disabled={locked} onClick={() => void save(adapter.id)}>
          {text.export.unsaved.save}
        </Button>
        {isLoaded && (
          <Button
            size="compact-md"
            variant="default"
            onClick={() => void makeExport(adapter.id, "adapter", { withOptimizer: true })}
          >
            {text.export.unsaved.download}
          </Button>
        )}
      </Group>
    </Notice>
  );
}

import { Button } from "@mantine/core";
import { problemArea } from "../../../lib/problems/problem";
import { Notice } from "../../components/notice";
import { InterruptedRun } from "../train/interrupted-run";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { browserKind } from "../../lib/browser-kind";
import { useText } from "../../text/text";
import classes from "./page-notices.module.css";

/** What concerns the whole page: no WebGPU, or something that broke outside of a command. */
export function PageNotices() {
  const text = useText();
  const { gpuProblem, fault, modelId, busy, dismiss, load } = useStudio((state) => ({
    gpuProblem: state.environment?.gpuProblem ?? null,
    fault: state.fault,
    modelId: state.modelId,
    busy: isExcluded(state, "load-model"),
    dismiss: state.dismissFault,
    load: state.loadModel,
  }));
  const noGpu = gpuProblem && text.problem(gpuProblem);
  // A worker that has stopped loads nothing: only the whole page can be loaded again.
  const isDeviceLost =
    fault !== null &&
    problemArea(fault.problem) === "device-lost" &&
    fault.problem.code !== "device-lost/worker-stopped";
  return (
    <div className={classes.notices}>
      {noGpu && (
        <Notice kind="warning" title={text.shell.noGpu.title}>
          <p>
            {noGpu.what} {noGpu.advice}
          </p>
          <p>{text.shell.noGpu.browsers[browserKind(navigator.userAgent, isSecureContext)]}</p>
          <p>{text.shell.noGpu.stillWorks}</p>
        </Notice>
      )}
      <ProblemAlert
        problem={fault}
        onDismiss={dismiss}
        action={
          isDeviceLost && modelId !== null ? (
            <Button
              size="compact-sm"
              variant="default"
              disabled={busy}
              onClick={() => {
                dismiss();
                void load(modelId);
              }}
            >
              {text.shell.reloadModel}
            </Button>
          ) : null
        }
      />
      <InterruptedRun />
    </div>
  );
}

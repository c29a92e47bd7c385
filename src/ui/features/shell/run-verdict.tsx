import { Button } from "@mantine/core";
import { hasForgotten, judgeRun } from "../../../shared/run-verdict";
import { Notice } from "../../components/notice";
import { useStudio, useStudioContext } from "../../store/context";
import { isExcluded, isTraining } from "../../store/jobs";
import { useText } from "../../text/text";

/** What the curves of the run on display say, once it has ended, with what to do about it. */
export function RunVerdictView() {
  const text = useText();
  const { series } = useStudioContext();
  const { run, canExtend, extend } = useStudio((state) => {
    const shown = state.runs.find(({ id }) => id === state.runId);
    const isOver = shown?.state === "done" || shown?.state === "stopped";
    const adapter = state.adapters.find(({ id }) => id === shown?.id);
    return {
      // The series change with it.
      version: state.seriesVersion,
      run: isOver && !isTraining(state) ? shown : null,
      canExtend:
        (adapter?.optimizerBytes ?? 0) > 0 &&
        state.model?.id === shown?.model.id &&
        !isExcluded(state, "train"),
      extend: state.resumeRun,
    };
  });
  if (!run) return null;
  const verdict = judgeRun(
    { steps: series.step.values, losses: series.loss.values },
    { steps: series.validationStep.values, losses: series.validationLoss.values },
  );
  const words = text.run.verdict;
  const { everyday } = run;
  return (
    <>
      {verdict?.kind === "still-learning" && (
        <Notice kind="info" title={words.stillLearning}>
          {canExtend ? (
            <Button size="compact-md" variant="light" onClick={() => void extend(run.id, verdict.moreSteps)}>
              {words.more(verdict.moreSteps)}
            </Button>
          ) : (
            words.moreLater(verdict.moreSteps)
          )}
        </Notice>
      )}
      {verdict?.kind === "overfitted" && (
        <Notice
          kind={run.config.training.loadBestModelAtEnd ? "info" : "warning"}
          title={words.overfitted(verdict.bestStep)}
        >
          {run.config.training.loadBestModelAtEnd
            ? words.bestKept(verdict.bestStep, verdict.best, verdict.last)
            : words.lastKept(verdict.best, verdict.last)}
        </Notice>
      )}
      {verdict?.kind === "flat" && (
        <Notice kind="info" title={words.flat}>
          {words.flatWhat}
        </Notice>
      )}
      {everyday && hasForgotten(everyday) && (
        <Notice kind="warning" title={words.forgot}>
          {words.forgotWhat(everyday.before, everyday.after)}
        </Notice>
      )}
    </>
  );
}

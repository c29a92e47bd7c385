import { Button, Group } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ErrorData } from "../../../lib/errors";
import type { InterruptedRun } from "../../../protocol/commands";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { toProblem } from "../../lib/problem";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";

/** Polling interval for runs in other tabs. */
const POLL_MS = 5000;

/** Runs interrupted by a reload or a lost GPU, which can be resumed or discarded. */
export function InterruptedRuns() {
  const { client } = useStudioContext();
  const { modelId, status, active } = useStudio((state) => ({
    modelId: state.model?.id ?? null,
    status: state.runStatus,
    active: isTraining(state) || state.recovery === "under-way",
  }));
  const [looks, setLooks] = useState(0);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const key = modelId === null || active ? null : [modelId, status, looks].join();
  const { value: runs } = useRemote(key, () => client.call("interruptedRuns"));
  const hasElsewhere = runs?.some(({ isElsewhere }) => isElsewhere) ?? false;
  useEffect(() => {
    if (!hasElsewhere) return;
    const timer = setInterval(() => {
      setLooks((before) => before + 1);
    }, POLL_MS);
    return () => {
      clearInterval(timer);
    };
  }, [hasElsewhere]);
  const discard = async (id: string): Promise<void> => {
    try {
      await client.call("discardRun", { id });
    } catch (error) {
      setProblem(toProblem(error));
    }
    setLooks(looks + 1);
  };
  return (
    <>
      <ProblemAlert
        problem={problem}
        onDismiss={() => {
          setProblem(null);
        }}
      />
      {runs?.map((run) => (
        <KeptRun key={run.id} run={run} onDiscard={() => void discard(run.id)} />
      ))}
    </>
  );
}

function KeptRun({ run, onDiscard }: { readonly run: InterruptedRun; readonly onDiscard: () => void }) {
  const text = useText().run.interrupted;
  const resume = useStudio((state) => state.resumeRun);
  if (run.isElsewhere) {
    return (
      <Notice kind="info" title={text.elsewhereTitle}>
        {text.elsewhere(run.name, run.step, run.totalSteps)}
      </Notice>
    );
  }
  return (
    <Notice kind="info" title={text.title}>
      {text.what(run.name, run.step, run.totalSteps, run.savedAt)}{" "}
      {run.datasetName === null ? text.noDataset : text.goesOn}
      <Group gap="xs" mt="xs">
        {run.datasetName !== null && (
          <Button size="compact-md" onClick={() => void resume(run.id)}>
            {text.resume}
          </Button>
        )}
        <Button size="compact-md" variant="default" onClick={onDiscard}>
          {text.discard}
        </Button>
      </Group>
    </Notice>
  );
}

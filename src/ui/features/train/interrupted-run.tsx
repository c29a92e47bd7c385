import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { ErrorData } from "../../../lib/errors";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { toProblem } from "../../lib/problem";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";

/** A run that a reload or a lost GPU cut off, and the way to go on with it. */
export function InterruptedRun() {
  const text = useText();
  const { client } = useStudioContext();
  const { modelId, status, active, resume } = useStudio((state) => ({
    modelId: state.model?.id ?? null,
    status: state.runStatus,
    active: isTraining(state),
    resume: state.resumeRun,
  }));
  const [discarded, setDiscarded] = useState(0);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const key = modelId === null || active ? null : [modelId, status, discarded].join();
  const { value: run } = useRemote(key, () => client.call("interruptedRun"));
  const discard = async (): Promise<void> => {
    try {
      await client.call("discardRun");
    } catch (error) {
      setProblem(toProblem(error));
    }
    setDiscarded(discarded + 1);
  };
  if (problem) return <ProblemAlert problem={problem} onDismiss={() => setProblem(null)} />;
  if (!run) return null;
  return (
    <Notice kind="info" title={text.run.interrupted.title}>
      {text.run.interrupted.what(run.name, run.step, run.totalSteps, run.savedAt)}
      <Group gap="xs" mt="xs">
        <Button size="compact-md" onClick={() => void resume()}>
          {text.run.interrupted.resume}
        </Button>
        <Button size="compact-md" variant="default" onClick={() => void discard()}>
          {text.run.interrupted.discard}
        </Button>
      </Group>
    </Notice>
  );
}

import { useEffect, useState } from "react";
import type { InterruptedRun } from "../../../protocol/commands";
import { Notice } from "../../components/notice";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";

/** Polling interval for runs in other tabs. */
const POLL_MS = 5000;

const NONE: readonly InterruptedRun[] = [];

/** Keeps the list of interrupted runs up to date, and reports those in other tabs. The run panel offers to resume. */
export function InterruptedRuns() {
  const text = useText().run.interrupted;
  const { client } = useStudioContext();
  const { modelId, status, active, put } = useStudio((state) => ({
    modelId: state.model?.id ?? null,
    status: state.runStatus,
    active: isTraining(state) || state.recovery === "under-way",
    put: state.setInterrupted,
  }));
  const [looks, setLooks] = useState(0);
  const key = modelId === null || active ? null : [modelId, status, looks].join();
  const { value } = useRemote(key, () => client.call("interruptedRuns"));
  const runs = key === null ? NONE : (value ?? NONE);
  useEffect(() => {
    put(runs);
  }, [runs, put]);
  const elsewhere = runs.filter(({ isElsewhere }) => isElsewhere);
  const hasElsewhere = elsewhere.length > 0;
  useEffect(() => {
    if (!hasElsewhere) return;
    const timer = setInterval(() => {
      setLooks((before) => before + 1);
    }, POLL_MS);
    return () => {
      clearInterval(timer);
    };
  }, [hasElsewhere]);
  return elsewhere.map((run) => (
    <Notice key={run.id} kind="info" title={text.elsewhereTitle}>
      {text.elsewhere(run.name, run.step, run.totalSteps)}
    </Notice>
  ));
}

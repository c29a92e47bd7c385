import { VisuallyHidden } from "@mantine/core";
import { useEffect, useState } from "react";
import { useStudio, useStudioContext } from "../../store/context";
import type { StudioState } from "../../store/state";
import { type Text, useText } from "../../text/text";
import { statusSentence } from "./use-status-sentence";

/** Fraction of a run between announcements. */
const PARTS = 10;

/**
 * Announces a run to screen readers: its start, each tenth and the end. The status line itself, which changes every
 * second, is silent; warnings are a live region of their own.
 */
export function RunAnnouncer() {
  const text = useText();
  const { store } = useStudioContext();
  const problem = useStudio((state) => state.trainProblem);
  const [said, setSaid] = useState("");
  useEffect(
    () =>
      store.subscribe((state, before) => {
        const sentence = announcement(state, before, text);
        if (sentence !== null) setSaid(sentence);
      }),
    [store, text],
  );
  return (
    <VisuallyHidden aria-live="polite" aria-atomic>
      {problem ? "" : said}
    </VisuallyHidden>
  );
}

/** The announcement for a change of state, or null. */
export function announcement(state: StudioState, before: StudioState, text: Text): string | null {
  const { run, runStatus } = state;
  if (runStatus !== before.runStatus && ["paused", "stopped", "done", "failed"].includes(runStatus))
    return statusSentence(text.run.status, runStatus, run);
  if (runStatus !== "running") return null;
  if (run.totalSteps > 0 && before.run.totalSteps === 0) return text.run.spoken.begun(run.totalSteps);
  const part = (step: number) => Math.floor((step / run.totalSteps) * PARTS);
  const isNext = run.totalSteps > 0 && part(run.step) > part(before.run.step);
  return isNext ? text.run.spoken.progress(run.step / run.totalSteps, run.loss) : null;
}

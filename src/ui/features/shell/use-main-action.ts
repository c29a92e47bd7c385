import type { InterruptedRun } from "../../../protocol/commands";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { type NextMove, selectNextMove } from "../../store/next-move";
import { useText } from "../../text/text";

interface MainAction {
  readonly kind: "train" | "pause" | "resume" | "next";
  readonly label: string;
  /** Whether it is temporarily unavailable. */
  readonly waits: boolean;
  readonly run: () => void;
}

/** The primary button's action: Train, Pause, Resume, and after a run the next step. */
export function useMainAction(cutOff: InterruptedRun | null): MainAction {
  const text = useText().run;
  const actions = useStudioContext().store.getState();
  const { active, status, next } = useStudio((state) => ({
    active: isTraining(state),
    status: state.runStatus,
    next: selectNextMove(state),
  }));
  if (active) {
    const waits = status !== "running" && status !== "paused";
    return status === "paused"
      ? { kind: "resume", label: text.resume, waits, run: () => void actions.resume() }
      : { kind: "pause", label: text.pause, waits, run: () => void actions.pause() };
  }
  if (cutOff !== null && cutOff.datasetName !== null) {
    const { id } = cutOff;
    const run = () => void actions.resumeRun(id);
    return { kind: "resume", label: text.interrupted.resume, waits: false, run };
  }
  if (next === null)
    return { kind: "train", label: text.train, waits: false, run: () => void actions.train() };
  const labels: Readonly<Record<NextMove, string>> = {
    ask: text.compareNow,
    score: text.scoreNow,
    export: text.exportNow,
  };
  const run = (): void => {
    const step = next === "export" ? "export" : "compare";
    actions.openStep(step);
    requestAnimationFrame(() => document.getElementById(step)?.scrollIntoView());
    if (next === "ask") void actions.askHeldOut();
    if (next === "score") void actions.score();
  };
  return { kind: "next", label: labels[next], waits: false, run };
}

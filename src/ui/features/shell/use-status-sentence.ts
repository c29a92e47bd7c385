import { useEffect, useRef, useState } from "react";
import { useStudio } from "../../store/context";
import type { RunFigures, RunStatus } from "../../store/state";
import { type Text, useText } from "../../text/text";

type RunPlace = Pick<RunFigures, "step" | "totalSteps" | "loss" | "accuracy">;

const PAUSE_MS = 1000;

/** The status of the run, such as "Step 12 of 60, loss 1.234". */
export function statusSentence(text: Text["run"]["status"], status: RunStatus, run: RunPlace): string {
  const sentence = text[status];
  return typeof sentence === "string" ? sentence : sentence(run);
}

/**
 * The status line's sentence. Status changes appear at once but steps only once a second, since screen readers announce
 * every change.
 */
export function useStatusSentence(): string {
  const text = useText();
  const { status, run } = useStudio((state) => ({ status: state.runStatus, run: state.run }));
  const sentence = statusSentence(text.run.status, status, run);
  const [shown, setShown] = useState({ status, sentence });
  const latest = useRef({ status, sentence });
  const lastAt = useRef(0);

  useEffect(() => {
    latest.current = { status, sentence };
    const wait = lastAt.current + PAUSE_MS - performance.now();
    const show = () => {
      lastAt.current = performance.now();
      setShown(latest.current);
    };
    const timer = setTimeout(show, status === "running" ? Math.max(0, wait) : 0);
    return () => {
      clearTimeout(timer);
    };
  }, [status, sentence]);

  return shown.status === status ? shown.sentence : sentence;
}

import { useEffect } from "react";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { isUnderWay } from "../../store/selectors";
import { useText } from "../../text/text";
import { useLaunchedFiles } from "./launched-files";

/**
 * Browser integration during a run: leave warning, wake lock, title, notification. Renders nothing; it is a component
 * of its own because the title changes every step, which would otherwise re-render the page.
 */
export function BrowserIntegration(): null {
  useLeaveWarning();
  useWakeLock();
  useTitle();
  useNotification();
  useLaunchedFiles();
  return null;
}

/** Warns before leaving the page during a run or while an adapter is unsaved. */
function useLeaveWarning(): void {
  const active = useStudio((state) => isTraining(state) || state.unsaved.length > 0);
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
    };
  }, [active]);
}

/** Keeps the screen awake during a run, if enabled. */
function useWakeLock(): void {
  const wanted = useStudio((state) => state.keepAwake && isTraining(state));
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        const taken = await navigator.wakeLock.request("screen");
        if (over) await taken.release();
        else lock = taken;
      } catch {
        // Refused (low battery, policy): the run continues regardless.
      }
    };
    const again = () => void take();
    void take();
    // The browser releases the lock when the page is hidden.
    document.addEventListener("visibilitychange", again);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", again);
      void lock?.release();
    };
  }, [wanted]);
}

/** Shows the progress in the page title. */
function useTitle(): void {
  const text = useText();
  const title = useStudio(({ runStatus, run }) => {
    if (runStatus === "paused") return text.run.titlePaused;
    if (runStatus === "done") return text.run.titleDone;
    const active = isUnderWay(runStatus) && run.totalSteps > 0;
    return active ? text.run.titleRunning(run.step / run.totalSteps) : text.shell.brand;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Notifies of the end of a run, if enabled and the page is hidden. */
function useNotification(): void {
  const text = useText();
  const { store } = useStudioContext();
  useEffect(
    () =>
      store.subscribe((state, before) => {
        const ended =
          isUnderWay(before.runStatus) && (state.runStatus === "done" || state.runStatus === "failed");
        if (!ended || !state.notifyWhenDone || !document.hidden) return;
        if (!("Notification" in window) || Notification.permission !== "granted") return;
        const { title, body } =
          state.runStatus === "done" ? text.run.notification(state.run.loss) : text.run.notificationFailed;
        new Notification(title, { body });
      }),
    [store, text],
  );
}

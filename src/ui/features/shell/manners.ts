import { useEffect } from "react";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { isUnderWay } from "../../store/selectors";
import { useText } from "../../text/text";

/**
 * How the page behaves towards the browser while a run goes on. Draws nothing; a component of its own, as the title
 * changes with every step and would otherwise draw the page anew.
 */
export function Manners(): null {
  useLeaveQuestion();
  useWakeLock();
  useTitle();
  useNotification();
  return null;
}

/** Leaving the page asks first while a run goes on, or an adapter is in memory alone. */
function useLeaveQuestion(): void {
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

/** Keeps the screen awake during a run, if the person allowed it. */
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
        // Refused (low battery, a policy): the run goes on either way.
      }
    };
    const again = () => void take();
    void take();
    // The browser takes the lock away whenever the page is hidden.
    document.addEventListener("visibilitychange", again);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", again);
      void lock?.release();
    };
  }, [wanted]);
}

/** The title tells how far the run is. */
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

/** Tells that the run ended, if the person asked for it and looks elsewhere. */
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

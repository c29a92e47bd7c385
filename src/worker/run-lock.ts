import { LuthierError } from "../lib/errors";
import { isLocked, tryLock } from "../storage/locks";

/** Held by the tab that trains: two runs at a time would share one GPU. */
const TRAINING = "luthier training";

/**
 * Makes this tab the owner of a run until the result is called. A closed or crashed tab owns nothing any more.
 * @throws LuthierError("busy") while another tab trains
 */
export async function ownRun(id: string): Promise<() => void> {
  const training = await tryLock(TRAINING);
  const run = training && (await tryLock(runLock(id)));
  if (training && run) {
    return () => {
      run();
      training();
    };
  }
  training?.();
  throw new LuthierError({ code: "busy/elsewhere" });
}

/** Whether a tab, this one or another, trains this run now. */
export function isOwned(id: string): Promise<boolean> {
  return isLocked(runLock(id));
}

function runLock(id: string): string {
  return `luthier run ${id}`;
}

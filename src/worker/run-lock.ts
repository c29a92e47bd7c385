import { LuthierError } from "../lib/errors";
import { isLocked, tryLock } from "../storage/locks";

/** Lock held by the tab that trains, since concurrent runs would share one GPU. */
const TRAINING = "luthier training";

/**
 * Claims a run for this tab until the returned function is called. The locks are released when the tab closes or
 * crashes.
 * @throws LuthierError("busy") while another tab trains
 */
export async function claimRun(id: string): Promise<() => void> {
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

/** Whether any tab is training this run. */
export function isOwned(id: string): Promise<boolean> {
  return isLocked(runLock(id));
}

function runLock(id: string): string {
  return `luthier run ${id}`;
}

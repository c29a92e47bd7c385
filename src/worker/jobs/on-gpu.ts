import { isCancelled, LuthierError } from "../../lib/errors";
import type { Session } from "../session";

/** How long a device may take to report its loss after a failed read-back. */
const LOSS_MS = 1000;

/** Runs work on the GPU. If it fails because the device was lost, throws that error, whichever surfaced first. */
export async function onGpu<T>(session: Pick<Session, "gpu">, work: () => Promise<T>): Promise<T> {
  const { gpu } = await session.gpu();
  try {
    return await work();
  } catch (error) {
    if (isCancelled(error) || (error instanceof LuthierError && error.code !== "gpu")) throw error;
    const waiting = new Promise<null>((resolve) => setTimeout(resolve, LOSS_MS, null));
    throw (await Promise.race([gpu.lost, waiting])) ?? error;
  }
}

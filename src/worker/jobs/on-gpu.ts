import { isCancelled, LuthierError } from "../../lib/errors";
import type { Session } from "../session";

/** How long a device may take to tell of its loss after a read-back has failed for it. */
const LOSS_MS = 1000;

/** Runs work on the GPU. Where its failure is that of a lost device, the error says so, whatever noticed it first. */
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

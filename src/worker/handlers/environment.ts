import { isCancelled, LuthierError } from "../../lib/errors";
import type { Environment } from "../../protocol/commands";
import { estimateStorage } from "../../storage/quota";
import type { Handlers } from "../serve";
import type { Session } from "../session";

/** Reports the machine's capabilities. */
export function environmentHandlers(session: Session): Pick<Handlers, "environment"> {
  return { environment: () => describeEnvironment(session) };
}

async function describeEnvironment(session: Session): Promise<Environment> {
  const storage = await estimateStorage();
  try {
    const { gpu } = await session.gpu();
    const { name, software, features, maxBufferBytes, maxBindingBytes } = gpu.info;
    return {
      gpu: { name, software, features, maxBufferBytes, maxBindingBytes },
      gpuProblem: null,
      storage,
    };
  } catch (error) {
    if (!(error instanceof LuthierError) || isCancelled(error)) throw error;
    return { gpu: null, gpuProblem: error.problem, storage };
  }
}

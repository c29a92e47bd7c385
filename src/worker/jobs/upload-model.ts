import { type LoadedModel, type LoadOptions, loadModel } from "../../engine/models/loaded-model";
import type { Gpu } from "../../engine/gpu/device";
import type { StoredTensors } from "../../engine/models/files";
import { LuthierError } from "../../lib/errors";

/**
 * Brings a model's weights onto the GPU; when that fails nothing of it stays there. Errors: those of {@link loadModel}.
 */
export async function uploadModel(
  config: Readonly<Record<string, unknown>>,
  tensors: StoredTensors,
  options: LoadOptions,
): Promise<LoadedModel> {
  try {
    return await loadModel(config, tensors, options);
  } catch (error) {
    await forgetFailures(options.gpu);
    throw error;
  }
}

/** Writes to buffers that there was no memory for fail too, later; they are no fault of what comes next. */
async function forgetFailures(gpu: Gpu): Promise<void> {
  try {
    await gpu.settle();
  } catch (error) {
    if (error instanceof LuthierError && error.code === "device-lost") throw error;
  }
}

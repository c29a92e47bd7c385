import { type LoadedModel, type LoadOptions, loadModel } from "../../engine/models/loaded-model";
import type { Gpu } from "../../engine/gpu/device";
import type { StoredTensors } from "../../engine/models/files";
import { LuthierError } from "../../lib/errors";

/** Uploads a model's weights to the GPU and frees everything if that fails. Throws as {@link loadModel}. */
export async function uploadModel(
  config: Readonly<Record<string, unknown>>,
  tensors: StoredTensors,
  options: LoadOptions,
): Promise<LoadedModel> {
  try {
    return await loadModel(config, tensors, options);
  } catch (error) {
    await absorbFailures(options.gpu);
    throw error;
  }
}

/**
 * Writes to buffers whose allocation failed raise errors later; absorbs them so that they are not attributed to the
 * next operation.
 */
async function absorbFailures(gpu: Gpu): Promise<void> {
  try {
    await gpu.settle();
  } catch (error) {
    if (error instanceof LuthierError && error.code === "device-lost") throw error;
  }
}

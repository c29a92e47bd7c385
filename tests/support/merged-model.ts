import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { mergedFiles } from "../../src/export/merged";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { readJson } from "./golden";

/** Files of a merged golden model, sharded so that the index is used. */
export async function mergedGolden(
  model: LoadedModel,
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
  family: string,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const config = readJson<Record<string, unknown>>(family, "config.json");
  const changes = async () => mergeChanges(adapter, parameters);
  const files = mergedFiles({ model, config, adapter, changes, dtype: null, maxFileBytes: 30_000 });
  const written = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { path, sizeBytes, chunks } of files) {
    const bytes = new Uint8Array(sizeBytes);
    let offset = 0;
    for await (const chunk of chunks()) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    if (offset !== sizeBytes) throw new Error(`${path} has ${offset} bytes, not ${sizeBytes}`);
    written.set(path, bytes);
  }
  return written;
}

/** A golden model with a merged adapter, loaded from the files that merging writes. */
export async function mergedModel(
  model: LoadedModel,
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
  family: string,
): Promise<LoadedModel> {
  const files = await mergedGolden(model, adapter, parameters, family);
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;
  const weights = [...files].filter(([path]) => path.startsWith("model"));
  const tensors = await openWeights(weights.map(([path, bytes]) => bytesSource(path, bytes)));
  const sources = [...tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)] as const);
  const { gpu, pipelines, tuning } = model;
  return loadModel(config, new Map(sources), { gpu, pipelines, tuning });
}

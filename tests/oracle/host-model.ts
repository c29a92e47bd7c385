import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { renamedTensors } from "../../src/engine/models/files";
import { describeModel } from "../../src/engine/models/registry";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { safetensorsTensor, type TensorSource } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import type { StreamedFile } from "../../src/formats/zip";
import { goldenRoot, readJson } from "../support/golden";

/** A golden model without a GPU. */
export type HostModel = Pick<LoadedModel, "spec" | "tensors">;

/** Reads a golden family's model. */
export async function hostModel(family: string): Promise<HostModel> {
  const file = readFileSync(join(goldenRoot, family, "model.safetensors"));
  const spec = describeModel(readJson(family, "config.json"));
  const files = renamedTensors(spec, await openWeights([bytesSource("model.safetensors", file)]));
  const tensors = declareWeights(spec).map(({ name }): [string, TensorSource] => {
    const tensor = files.get(name) ?? files.get(name.slice(spec.prefix.length));
    return [name, safetensorsTensor(tensor!)];
  });
  return { spec, tensors: new Map(tensors) };
}

/** Writes a streamed file and checks its announced size. */
export async function writeStreamed(path: string, file: StreamedFile): Promise<void> {
  const out = await open(path, "w");
  let written = 0;
  for await (const bytes of file.chunks()) {
    await out.write(bytes);
    written += bytes.length;
  }
  await out.close();
  if (written !== file.sizeBytes) throw new Error(`${path} has ${written} bytes, not ${file.sizeBytes}`);
}

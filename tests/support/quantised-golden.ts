import { readFileSync } from "node:fs";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights, type ModelTensor } from "../../src/formats/model-weights";

/** Reads the tensors of a file in tests/golden/quantised. */
export async function quantisedGolden(file: string): Promise<Map<string, ModelTensor>> {
  const path = new URL(`../golden/quantised/${file}`, import.meta.url);
  return openWeights([bytesSource(file, new Uint8Array(readFileSync(path)))]);
}

/** All bytes of a tensor. */
export async function bytesOf(
  tensors: ReadonlyMap<string, ModelTensor>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensor = tensors.get(name)!;
  return tensor.read(0, tensor.sizeBytes);
}

/** Reads an f32 tensor. */
export async function floatsOf(
  tensors: ReadonlyMap<string, ModelTensor>,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array((await bytesOf(tensors, name)).slice().buffer);
}

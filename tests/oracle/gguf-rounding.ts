import { readFileSync } from "node:fs";
import { bytesSource } from "../../src/formats/byte-source";
import { type GgufTensor, readGgufHeader } from "../../src/formats/gguf/header";
import { dequantise } from "../../src/formats/quantised/dequantise";

/**
 * The first tensor of a GGUF file that differs from the F32 file's by more than its type's rounding, or null. llama.cpp
 * also rounds activations, so its outputs cannot distinguish a wrong scale from rounding; this check can.
 */
export async function misroundedTensor(path: string, f32Path: string): Promise<string | null> {
  const exact = await tensorsOf(f32Path);
  const rounded = await tensorsOf(path);
  if ([...exact.keys()].join() !== [...rounded.keys()].join()) return "not the same tensors";
  for (const [name, { values: wanted, tensor }] of exact) {
    const { values, tensor: stored } = rounded.get(name)!;
    if (stored.shape.join() !== tensor.shape.join()) return `${name}: shape`;
    const limit = limits[stored.dtype as keyof typeof limits];
    if (!limit) return `${name}: unexpected type ${stored.dtype}`;
    for (let i = 0; i < wanted.length; i++) {
      const block = wanted.subarray(i - (i % BLOCK), i - (i % BLOCK) + BLOCK);
      if (!(Math.abs(values[i]! - wanted[i]!) <= limit(wanted[i]!, block)))
        return `${name}[${i}]: ${values[i]} of ${wanted[i]}`;
    }
  }
  return null;
}

const BLOCK = 32;
const HALF_ULP = 2 ** -11;
const F16_SMALLEST = 2 ** -24;

/** Half a step of each type: of the number itself, or of its block's f16 scale. */
const limits = {
  F32: () => 0,
  F16: (value: number) => Math.abs(value) * HALF_ULP + F16_SMALLEST / 2,
  Q8_0: (_: number, block: Float32Array) => {
    const largest = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return (largest / 127) * 0.5 + largest * HALF_ULP + 127 * F16_SMALLEST;
  },
};

async function tensorsOf(path: string): Promise<Map<string, { values: Float32Array; tensor: GgufTensor }>> {
  const bytes = new Uint8Array(readFileSync(path));
  const { tensors } = await readGgufHeader(bytesSource(path, bytes));
  return new Map(
    tensors.map((tensor) => {
      const elements = tensor.shape.reduce((product, size) => product * size, 1);
      const values = dequantise(tensor.dtype, bytes.slice(tensor.start, tensor.end), elements);
      return [tensor.name, { values, tensor }];
    }),
  );
}

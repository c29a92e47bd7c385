import type { BaseChange } from "../../engine/adapters/common/method";
import { readMerged } from "../../engine/adapters/merged-model";
import { declareWeights, headWeightName, linearLayers, type ModelSpec } from "../../engine/nn/model-spec";
import { type TensorSource, transposed } from "../../engine/weights/tensor-source";
import { f16ToF32 } from "../../formats/float-bits";
import { quantise } from "../../formats/quantised/quantise";
import { defined } from "../../lib/invariant";
import { product } from "../../lib/numbers";
import type { OnnxType } from "./graph";

/** Storage and compute type of matrices: Q4 is onnxruntime's MatMulNBits in f32. */
export type OnnxPrecision = "F32" | "F16" | "Q4";

/** Elements per scale, along a row. */
export const Q4_BLOCK = 32;

/** An external tensor, generated when read. */
export interface WrittenTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Changes to base tensors, by name. */
type Changes = () => Promise<ReadonlyMap<string, BaseChange>>;

/**
 * The weights that `writeDecoder` refers to, merged. Embedding tables are f16 with Q4 matrices; vectors are always f32.
 */
export function onnxTensors(
  spec: ModelSpec,
  sources: ReadonlyMap<string, TensorSource>,
  changes: Changes,
  precision: OnnxPrecision,
): WrittenTensor[] {
  const layers = new Map(linearLayers(spec).map((layer) => [`${layer.path}.weight`, layer]));
  const head = headWeightName(spec);
  return declareWeights(spec).flatMap(({ name, layout }): WrittenTensor[] => {
    const source = defined(sources.get(name), `tensor ${name}`);
    const change = async (): Promise<BaseChange | null> => (await changes()).get(name) ?? null;
    if (layout === "vector") return [plainTensor(name, source, "F32", change)];
    const isTable = name === `${spec.embedTokens}.weight` || (!layers.has(name) && name !== head);
    const table = isTable ? [plainTensor(name, source, precision === "F32" ? "F32" : "F16", change)] : [];
    const isMatrix = layers.has(name) || name === head;
    if (precision !== "Q4") return isTable ? table : [plainTensor(name, source, precision, change)];
    const isTurned = layers.get(name)?.conv1d ?? false;
    return isMatrix ? [...table, ...q4Tensors(name, source, isTurned, change)] : table;
  });
}

type Change = () => Promise<BaseChange | null>;

function plainTensor(
  name: string,
  source: TensorSource,
  dtype: "F32" | "F16",
  change: Change,
): WrittenTensor {
  return {
    name,
    type: dtype === "F32" ? "FLOAT" : "FLOAT16",
    shape: source.shape,
    sizeBytes: product(source.shape) * (dtype === "F32" ? 4 : 2),
    bytes: async () => readMerged(source, await change(), dtype),
  };
}

/**
 * A matrix (out, in) for MatMulNBits: 4-bit codes (out, blocks, 16), two per byte with the first in the low nibble, and
 * scales (out × blocks). A value is (code − 8) × scale, as in GGUF's Q4_0.
 */
function q4Tensors(name: string, source: TensorSource, isTurned: boolean, change: Change): WrittenTensor[] {
  const [first = 1, second = 1] = source.shape;
  const [rows, columns] = isTurned ? [second, first] : [first, second];
  const blocks = rows * Math.ceil(columns / Q4_BLOCK);
  let made: Promise<Q4Matrix> | null = null;
  const matrix = async (): Promise<Q4Matrix> => {
    const bytes = await readMerged(source, await change(), "F32");
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns);
    return q4Matrix(isTurned ? transposed(values, columns, rows) : values, rows, columns);
  };
  return [
    {
      name: `${name}_Q4`,
      type: "UINT8",
      shape: [rows, blocks / rows, Q4_BLOCK / 2],
      sizeBytes: (blocks * Q4_BLOCK) / 2,
      // The scales are read after the codes and computed with them.
      bytes: async () => (await (made = matrix())).codes,
    },
    {
      name: `${name}_scales`,
      type: "FLOAT",
      shape: [blocks],
      sizeBytes: blocks * 4,
      async bytes() {
        const { scales } = await (made ?? matrix());
        made = null;
        return new Uint8Array(scales.buffer);
      },
    },
  ];
}

interface Q4Matrix {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Bytes of a Q4_0 block: an f16 scale, and 16 bytes with codes i and i + 16. */
const Q4_0_BYTES = 2 + Q4_BLOCK / 2;

function q4Matrix(values: Float32Array, rows: number, columns: number): Q4Matrix {
  const padded = Math.ceil(columns / Q4_BLOCK) * Q4_BLOCK;
  const row = new Float32Array(padded);
  const blocks = padded / Q4_BLOCK;
  const codes = new Uint8Array((rows * padded) / 2);
  const scales = new Float32Array(rows * blocks);
  for (let r = 0; r < rows; r++) {
    row.set(values.subarray(r * columns, (r + 1) * columns));
    const bytes = quantise("Q4_0", row);
    for (let b = 0; b < blocks; b++) {
      const block = bytes.subarray(b * Q4_0_BYTES, (b + 1) * Q4_0_BYTES);
      const at = r * blocks + b;
      scales[at] = f16ToF32(Uint16Array.of((block[0] ?? 0) | ((block[1] ?? 0) << 8)))[0] ?? 0;
      codes.set(paired(block.subarray(2)), (at * Q4_BLOCK) / 2);
    }
  }
  return { codes, scales };
}

/** Reorders each byte's codes from (i, i + 16) to (2 i, 2 i + 1). */
function paired(split: Uint8Array): Uint8Array {
  const code = (i: number): number => (i < 16 ? (split[i] ?? 0) & 15 : (split[i - 16] ?? 0) >> 4);
  return Uint8Array.from({ length: 16 }, (_, i) => code(2 * i) | (code(2 * i + 1) << 4));
}

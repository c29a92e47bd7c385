import { type StorageKind, storageKinds } from "../graph/op";
import type { Width } from "./variants";

/** Unquantised kinds, read by `lib/weight_<kind>.wgsl`. */
const PLAIN: ReadonlySet<StorageKind> = new Set<StorageKind>(["f32", "f16", "bf16"]);

/** Block-quantised kinds. */
export const blockKinds: readonly StorageKind[] = storageKinds.filter((kind) => !PLAIN.has(kind));

/** Libraries that provide `widen4(at4)`: dequantises four consecutive values of a block-quantised matrix. */
export function blockLibraries(kind: StorageKind): readonly string[] {
  const table = kind.startsWith("nf4") ? ["lib/nf4"] : kind.startsWith("iq4") ? ["lib/iq4"] : [];
  const scales = kind.endsWith("_double") ? ["lib/nf4_scales"] : [];
  return ["lib/blocks", ...table, ...scales, `lib/blocks_${kind}`];
}

/** Libraries that provide `load_b(row, column)`, or `load_b4(row, column4)` for width 4, to read a frozen matrix. */
export function weightLibraries(kind: StorageKind, width: Width): readonly string[] {
  const suffix = width === 4 ? "x4" : "";
  if (PLAIN.has(kind)) return [`lib/weight_${kind}${suffix}`];
  return [...blockLibraries(kind), `lib/weight_blocks${suffix}`];
}

/** Kinds for which `lib/dot_<kind>.wgsl` multiplies 32 numbers at once. */
const DOTS: ReadonlySet<StorageKind> = new Set<StorageKind>(["q4_0", "q4_1", "q8_0", "q4_k"]);

/** Libraries that provide `block_dot(block, …)`, the product of 32 values of a row with as many numbers; null if none. */
export function dotLibraries(kind: StorageKind): readonly string[] | null {
  return DOTS.has(kind) ? ["lib/blocks", `lib/dot_${kind}`] : null;
}

import { type StorageKind, storageKinds } from "../graph/op";
import type { Width } from "./variants";

/** Kinds whose numbers are widened one by one; `lib/weight_<kind>.wgsl` reads them. */
const PLAIN: ReadonlySet<StorageKind> = new Set<StorageKind>(["f32", "f16", "bf16"]);

/** Kinds whose numbers share scales. */
export const blockKinds: readonly StorageKind[] = storageKinds.filter((kind) => !PLAIN.has(kind));

/** What gives a kernel `widen4(at4)`, four numbers of a matrix in blocks. */
export function blockLibraries(kind: StorageKind): readonly string[] {
  const table = kind.startsWith("nf4") ? ["lib/nf4"] : [];
  const scales = kind.endsWith("_double") ? ["lib/nf4_scales"] : [];
  return ["lib/blocks", ...table, ...scales, `lib/blocks_${kind}`];
}

/**
 * What a kernel includes to read a frozen matrix by `load_b(row, column)`, or four numbers of a row at a time by
 * `load_b4(row, column4)`.
 */
export function weightLibraries(kind: StorageKind, width: Width): readonly string[] {
  const suffix = width === 4 ? "x4" : "";
  if (PLAIN.has(kind)) return [`lib/weight_${kind}${suffix}`];
  return [...blockLibraries(kind), `lib/weight_blocks${suffix}`];
}

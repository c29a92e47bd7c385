import type { KernelCall, Operand, Variant } from "../graph/op";
import { byteSize } from "../graph/value";
import { kindBytes } from "../weights/storage-layout";

/** A variant's calls outside of any plan. */
export interface Trial {
  readonly id: string;
  readonly calls: readonly KernelCall[];
}

/** The calls of each variant, with scratch values of its own. */
export function trialsOf(variants: readonly Variant[]): readonly Trial[] {
  return variants.map(({ id, calls }) => ({
    id,
    calls: calls((type) => ({
      id: 0,
      name: "scratch",
      type,
      storage: "temp",
      producer: null,
      viewOf: null,
      requiresGrad: false,
    })),
  }));
}

/** Size of an operand on the GPU. */
export function operandBytes(operand: Operand): number {
  if ("weight" in operand) {
    const { weight, shard } = operand;
    return kindBytes(weight.kind, (weight.shards[shard]?.rows ?? weight.rows) * weight.columns);
  }
  return "value" in operand ? operand.count * 4 : byteSize(operand.type);
}

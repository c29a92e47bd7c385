import type { Op } from "../../src/engine/graph/op";

const modules = import.meta.glob<Record<string, unknown>>("../../src/engine/ops/*.ts", { eager: true });

function isOp(value: unknown): value is Op<never> {
  return typeof value === "object" && value !== null && "infer" in value && "lower" in value;
}

/** Every op exported by a file of src/engine/ops. */
export const ops: readonly Op<never>[] = Object.values(modules).flatMap((module) =>
  Object.values(module).filter(isOp),
);

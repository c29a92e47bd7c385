import { invariant } from "../../lib/invariant";
import { elementCount, formatShape, sameShape, type TensorType } from "../graph/value";

/** A tensor seen as a matrix: its last dimension, and all others folded into rows. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

/** Folds all dimensions but the last into rows; a tensor without dimensions is one number. */
export function matrixShape({ shape }: TensorType): MatrixShape {
  return { rows: elementCount(shape.slice(0, -1)), columns: shape.at(-1) ?? 1 };
}

/** Fails, naming the op and both shapes, unless `actual` has the shape that `name` must have. */
export function requireShape(
  op: string,
  name: string,
  actual: TensorType | undefined,
  expected: readonly number[],
): asserts actual {
  const shape = actual?.shape ?? [];
  invariant(
    actual && sameShape(shape, expected),
    `${op}: ${name} is ${formatShape(shape)} where ${formatShape(expected)} is expected`,
  );
}

import { invariant } from "../../lib/invariant";
import { elementCount, formatShape, sameShape, type TensorType } from "../graph/value";

/** A tensor viewed as a matrix: the last dimension is the columns, all others fold into rows. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

/** Folds all dimensions but the last into rows; a scalar becomes 1 × 1. */
export function matrixShape({ shape }: TensorType): MatrixShape {
  return { rows: elementCount(shape.slice(0, -1)), columns: shape.at(-1) ?? 1 };
}

/** Asserts that `actual` has the expected shape; the error names the op and both shapes. */
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

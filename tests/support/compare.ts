import { expect } from "vitest";
import { relativeError } from "./errors";

/** Asserts that the relative L2 error is at most `tolerance`; on failure shows both ends of the arrays. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  label: string,
): void {
  const error = relativeError(actual, expected);
  const head = (values: ArrayLike<number>): string =>
    Array.from(values)
      .slice(0, 6)
      .map((value) => value.toPrecision(6))
      .join(", ");
  expect(
    error,
    `${label}: relative error ${error}; got [${head(actual)} …] (${actual.length}), expected [${head(expected)} …] (${expected.length})`,
  ).toBeLessThanOrEqual(tolerance);
}

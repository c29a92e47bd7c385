import { f32 } from "../../../src/engine/graph/value";
import { broadcastBatch } from "../../../src/engine/ops/broadcast-batch";
import { concatRows, sliceRows } from "../../../src/engine/ops/concat-rows";
import { concatColumns, splitColumns } from "../../../src/engine/ops/split-columns";
import { transpose } from "../../../src/engine/ops/transpose";
import { opCase, type RegisteredCase } from "./case";

/** Concatenates the parts within each of `blocks` rows. */
function interleave(parts: readonly Float64Array[], blocks: number): Float64Array {
  const widths = parts.map((part) => part.length / blocks);
  return Float64Array.from(
    Array.from({ length: blocks }, (_, block) =>
      parts.flatMap((part, index) => [
        ...part.subarray(block * widths[index]!, (block + 1) * widths[index]!),
      ]),
    ).flat(),
  );
}

/** Slices elements `start` … `start + length` of each of `blocks` rows. */
function cut(x: Float64Array, blocks: number, start: number, length: number): Float64Array {
  const width = x.length / blocks;
  return x.filter((_, i) => i % width >= start && i % width < start + length);
}

const concat = (batch: number, front: number, length: number, rest: readonly number[]): RegisteredCase =>
  opCase({
    name: `concatRows ${batch}: ${front} + ${length} of ${rest.join("x")}`,
    op: concatRows,
    attrs: {},
    inputs: [
      { type: f32(batch, front, ...rest), grad: true },
      { type: f32(batch, length, ...rest), grad: true },
    ],
    reference: ([a, b]) => [interleave([a!, b!], batch)],
  });

const slice = (shape: readonly number[], start: number, length: number): RegisteredCase => {
  const entry = shape.slice(2).reduce((product, size) => product * size, 1);
  return opCase({
    name: `sliceRows ${shape.join("x")} from ${start} by ${length}`,
    op: sliceRows,
    attrs: { start, length },
    inputs: [{ type: f32(...shape) }],
    reference: ([x]) => [cut(x!, shape[0]!, start * entry, length * entry)],
  });
};

const broadcast = (shape: readonly number[], batch: number): RegisteredCase =>
  opCase({
    name: `broadcastBatch ${shape.join("x")} to ${batch}`,
    op: broadcastBatch,
    attrs: { batch },
    inputs: [{ type: f32(...shape), grad: true }],
    reference: ([x]) => [Float64Array.from(Array.from({ length: batch }, () => [...x!]).flat())],
  });

/** Only the first piece has an upstream gradient, so the other columns of the gradient must be zero. */
const split = (rows: number, sizes: readonly number[]): RegisteredCase =>
  opCase({
    name: `splitColumns ${rows} rows of ${sizes.join("+")}`,
    op: splitColumns,
    attrs: { sizes },
    inputs: [
      {
        type: f32(
          rows,
          sizes.reduce((sum, size) => sum + size, 0),
        ),
        grad: true,
      },
    ],
    reference: ([x]) => {
      const start = (index: number): number => sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
      return sizes.map((size, index) => cut(x!, rows, start(index), size));
    },
  });

const join = (rows: number, sizes: readonly number[]): RegisteredCase =>
  opCase({
    name: `concatColumns ${rows} rows of ${sizes.join("+")}`,
    op: concatColumns,
    attrs: { sizes, places: sizes.map((_, index) => index) },
    inputs: sizes.map((size) => ({ type: f32(rows, size), grad: true })),
    reference: (pieces) => [interleave(pieces, rows)],
  });

const swap = (shape: readonly number[]): RegisteredCase => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return opCase({
    name: `transpose ${shape.join("x")}`,
    op: transpose,
    attrs: {},
    inputs: [{ type: f32(...shape), grad: true }],
    reference: ([x]) => {
      const swapped = x!.slice();
      x!.forEach((value, i) => {
        const [block, inside] = [Math.floor(i / (rows * columns)), i % (rows * columns)];
        const [row, column] = [Math.floor(inside / columns), inside % columns];
        swapped[(block * columns + column) * rows + row] = value;
      });
      return [swapped];
    },
  });
};

export const rowCases: readonly RegisteredCase[] = [
  concat(1, 1, 1, [1]),
  concat(3, 2, 5, [7]),
  concat(2, 3, 4, [2, 8]),
  concat(2, 0, 3, [4]),
  slice([1, 4, 3], 1, 2),
  slice([3, 5, 2, 4], 2, 3),
  slice([2, 3, 5], 0, 3),
  broadcast([1], 1),
  broadcast([3, 5], 4),
  broadcast([2, 4], 7),
  split(3, [4, 4, 4]),
  split(5, [1, 6, 3]),
  split(1, [8]),
  swap([1, 1]),
  swap([5, 7]),
  swap([3, 4, 8]),
  swap([2, 3, 5, 2]),
  join(4, [4, 8, 4]),
  join(3, [5, 2]),
];

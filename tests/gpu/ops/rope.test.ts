import { beforeAll, test } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { f32, u32 } from "../../../src/engine/graph/value";
import { rope } from "../../../src/engine/ops/rope";
import { checkOp } from "../../support/check-op";
import { sharedTestGpu } from "../../support/gpu";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

interface Shape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly width: number;
  /** Number of rotary elements of a head. */
  readonly rotary: number;
  readonly inverse: boolean;
  readonly interleaved: boolean;
}

const TABLE_ROWS = 6;

/** Angles of a table of six positions. */
function angle(position: number, pair: number, pairs: number): number {
  return position * 10000 ** (-pair / pairs);
}

/** Positions out of order, and two past the end of the table, which use its last row. */
function positionAt(index: number): number {
  return (index * 5) % 8;
}

function reference(x: Float64Array, shape: Shape): Float64Array {
  const { heads, width, rotary, inverse, interleaved } = shape;
  const pairs = rotary / 2;
  const y = Float64Array.from(x);
  for (let row = 0; row < x.length / width; row++) {
    const position = Math.min(positionAt(Math.floor(row / heads)), TABLE_ROWS - 1);
    for (let pair = 0; pair < pairs; pair++) {
      const turn = angle(position, pair, pairs) * (inverse ? -1 : 1);
      const a = row * width + (interleaved ? 2 * pair : pair);
      const b = a + (interleaved ? 1 : pairs);
      y[a] = x[a]! * Math.cos(turn) - x[b]! * Math.sin(turn);
      y[b] = x[b]! * Math.cos(turn) + x[a]! * Math.sin(turn);
    }
  }
  return y;
}

const SHAPES: Record<string, Shape> = {
  "one pair": { batch: 1, length: 1, heads: 1, width: 2, rotary: 2, inverse: false, interleaved: false },
  "whole heads": { batch: 2, length: 7, heads: 3, width: 8, rotary: 8, inverse: false, interleaved: false },
  "part of heads": {
    batch: 2,
    length: 3,
    heads: 3,
    width: 12,
    rotary: 8,
    inverse: false,
    interleaved: false,
  },
  backwards: { batch: 2, length: 3, heads: 2, width: 12, rotary: 12, inverse: true, interleaved: false },
  "part of odd heads": {
    batch: 1,
    length: 5,
    heads: 3,
    width: 7,
    rotary: 4,
    inverse: false,
    interleaved: false,
  },
  neighbours: { batch: 2, length: 5, heads: 2, width: 10, rotary: 6, inverse: false, interleaved: true },
};

test.each(Object.entries(SHAPES))("rope: %s", async (name, shape) => {
  const { batch, length, heads, width, rotary, inverse, interleaved } = shape;
  const pairs = rotary / 2;
  const angles = Array.from({ length: TABLE_ROWS * pairs }, (_, i) =>
    angle(Math.floor(i / pairs), i % pairs, pairs),
  );
  await checkOp(gpu, {
    name,
    op: rope,
    attrs: { inverse, interleaved },
    inputs: [
      { type: f32(batch, length, heads, width), grad: true },
      {
        type: u32(batch * length),
        data: Uint32Array.from({ length: batch * length }, (_, i) => positionAt(i)),
      },
      { type: f32(TABLE_ROWS, pairs), data: Float32Array.from(angles, Math.cos) },
      { type: f32(TABLE_ROWS, pairs), data: Float32Array.from(angles, Math.sin) },
    ],
    reference: ([x]) => [reference(x!, shape)],
    tolerance: 1e-6,
  });
});

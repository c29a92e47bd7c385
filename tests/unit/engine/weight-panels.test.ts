import { expect, test } from "vitest";
import { Graph } from "../../../src/engine/graph/graph";
import type { StorageKind, Tuning } from "../../../src/engine/graph/op";
import type { Plan } from "../../../src/engine/graph/plan";
import { makePlan } from "../../../src/engine/transform/make-plan";
import { f32 } from "../../../src/engine/graph/value";
import { linear } from "../../../src/engine/ops/linear";

const tuning = (software: boolean): Tuning => ({ software, has: () => true, choice: () => null });

/** Plans two consecutive layers (128 in, 192 out, and back). */
function plan(kind: StorageKind, rows: number, software: boolean): Plan {
  const layer = (name: string, out: number, columns: number) => ({
    name,
    rows: out,
    columns,
    kind,
    shards: [{ rowStart: 0, rows: out }],
  });
  const graph = new Graph();
  const x = graph.input("x", f32(rows, 128));
  const up = graph.apply(linear, [x], { weight: layer("up", 192, 128), transposed: false });
  const y = graph.apply(linear, [up], { weight: layer("down", 128, 192), transposed: false });
  return makePlan(graph, { y }, tuning(software));
}

const shaders = ({ calls }: Plan): string[] => calls.map(({ call }) => call.kernel.shader.split("/")[0]!);

test("a software GPU dequantises a panel once for many rows, in a shared scratch buffer", () => {
  const planned = plan("q4_0", 16, true);
  expect(shaders(planned)).toEqual(["quant", "matmul", "quant", "matmul"]);
  const scratch = planned.calls.flatMap(({ call, operands }) =>
    call.kernel.shader.startsWith("quant") ? [operands[0]] : [],
  );
  expect(scratch[0]).toEqual(scratch[1]);
  // The scratch of 192 × 128 elements, and the two results.
  expect([...planned.slotBytes].sort((a, b) => b - a)).toEqual([4 * 192 * 128, 4 * 16 * 192, 4 * 16 * 128]);
});

test.each([
  ["few rows", "q4_0", 15, true],
  ["a GPU", "q4_0", 64, false],
  ["numbers that share no scale", "f16", 64, true],
] as const)("%s are multiplied as stored", (_, kind, rows, software) => {
  const planned = plan(kind, rows, software);
  expect(shaders(planned)).toEqual(["matmul", "matmul"]);
  expect(planned.calls.map(({ operands }) => operands[1]!.type)).toEqual(["weight", "weight"]);
});

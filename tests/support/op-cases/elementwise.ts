import { expect } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import type { Op } from "../../../src/engine/graph/op";
import { f32, type Value } from "../../../src/engine/graph/value";
import { add } from "../../../src/engine/ops/add";
import { addBias } from "../../../src/engine/ops/add-bias";
import { gelu, geluMultiply } from "../../../src/engine/ops/gelu";
import { multiply, multiplyRow } from "../../../src/engine/ops/multiply";
import { relu } from "../../../src/engine/ops/relu";
import { scale } from "../../../src/engine/ops/scale";
import { silu } from "../../../src/engine/ops/silu";
import { siluMultiply } from "../../../src/engine/ops/silu-multiply";
import { sumRows } from "../../../src/engine/ops/sum-rows";
import { tanh } from "../../../src/engine/ops/tanh";
import { normal } from "../check-op";
import { activations } from "../reference/elementwise";
import { runGraph } from "../run-graph";
import { opCase, type RegisteredCase, type Variants } from "./case";

const SHAPES = [[1], [7, 13], [2, 3, 20]] as const;

/** Every third of an octave of both signs, far into the tails, where exponentials overflow. */
const TAILS = Float32Array.from([
  0,
  ...Array.from({ length: 48 }, (_, i) => 2 ** (i / 3 - 8)).flatMap((x) => [x, -x]),
  ...[1000, 1e6, 1e10].flatMap((x) => [x, -x]),
]);

/** Values and derivatives at numerically delicate points: each within 1e-6 relative, plus f32 resolution near 1. */
function tailCase<A>(op: Op<A>, attrs: A, f: (x: number) => number, label: string): RegisteredCase {
  const trace = (): { graph: Graph; wanted: Record<string, Value> } => {
    const graph = new Graph();
    const type = f32(TAILS.length);
    const y = graph.apply(op, [graph.parameter("x", type)], attrs);
    differentiate(graph, y, graph.input("ones", type));
    return { graph, wanted: { y, slope: graph.gradient("x", type) } };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const { graph, wanted } = trace();
    const leaves = { x: TAILS, ones: TAILS.map(() => 1) };
    const { y, slope } = await runGraph(gpu, graph, wanted, { leaves });
    TAILS.forEach((x, i) => {
      const step = 1e-6 * Math.max(1, Math.abs(x));
      const expectedSlope = (f(x + step) - f(x - step)) / (2 * step);
      const tolerance = (expected: number): number => 1e-6 * Math.abs(expected) + 3e-7;
      expect(Math.abs(y![i]! - f(x)), `${label}(${x}) is ${y![i]}`).toBeLessThan(tolerance(f(x)));
      expect(Math.abs(slope![i]! - expectedSlope), `${label}'(${x}) is ${slope![i]}`).toBeLessThan(
        // At relu's kink any subgradient in [0, 1] is valid.
        x === 0 && label === "relu" ? 1 : tolerance(expectedSlope),
      );
    });
  };
  return { name: `${label} in the tails`, trace: () => trace().graph, check };
}

function activationCases<A>(op: Op<A>, attrs: A, f: (x: number) => number, label: string): RegisteredCase[] {
  const shapes = SHAPES.map((shape) =>
    opCase({
      name: `${label} ${shape.join("x")}`,
      op,
      attrs,
      inputs: [{ type: f32(...shape), grad: true }],
      reference: ([x]) => [x!.map(f)],
    }),
  );
  return [...shapes, tailCase(op, attrs, f, label)];
}

function gatedCases<A>(op: Op<A>, attrs: A, f: (x: number) => number, label: string): RegisteredCase[] {
  return SHAPES.map((shape) =>
    opCase({
      name: `${label} ${shape.join("x")}`,
      op,
      attrs,
      inputs: [
        { type: f32(...shape), grad: true },
        { type: f32(...shape), grad: true },
      ],
      reference: ([gate, up]) => [gate!.map((x, i) => f(x) * up![i]!)],
    }),
  );
}

const sum = (shape: readonly number[]): RegisteredCase =>
  opCase({
    name: `add ${shape.join("x")}`,
    op: add,
    attrs: {},
    inputs: [
      { type: f32(...shape), grad: true },
      { type: f32(...shape), grad: true },
    ],
    reference: ([a, b]) => [a!.map((x, i) => x + b![i]!)],
  });

const bias = (shape: readonly number[], variants?: Variants): RegisteredCase =>
  opCase(
    {
      name: `addBias ${shape.join("x")}`,
      op: addBias,
      attrs: {},
      inputs: [
        { type: f32(...shape), grad: true },
        { type: f32(shape.at(-1)!), grad: true },
      ],
      reference: ([x, b]) => [x!.map((value, i) => value + b![i % b!.length]!)],
    },
    variants,
  );

const product = (shape: readonly number[]): RegisteredCase =>
  opCase({
    name: `multiply ${shape.join("x")}`,
    op: multiply,
    attrs: {},
    inputs: [
      { type: f32(...shape), grad: true },
      { type: f32(...shape), grad: true },
    ],
    reference: ([a, b]) => [a!.map((x, i) => x * b![i]!)],
  });

const rowProduct = (shape: readonly number[]): RegisteredCase =>
  opCase({
    name: `multiplyRow ${shape.join("x")}`,
    op: multiplyRow,
    attrs: {},
    inputs: [
      { type: f32(...shape), grad: true },
      { type: f32(shape.at(-1)!), grad: true },
    ],
    reference: ([x, l]) => [x!.map((value, i) => value * l![i % l!.length]!)],
  });

const scaled = (shape: readonly number[]): RegisteredCase =>
  opCase({
    name: `scale ${shape.join("x")}`,
    op: scale,
    attrs: { alpha: -0.75 },
    inputs: [{ type: f32(...shape), grad: true }],
    reference: ([x]) => [x!.map((value) => -0.75 * value)],
  });

const columnSums = (shape: readonly number[], variants?: Variants): RegisteredCase =>
  opCase(
    {
      name: `sumRows ${shape.join("x")}`,
      op: sumRows,
      attrs: {},
      inputs: [{ type: f32(...shape) }],
      reference: ([x]) => {
        const sums = new Float64Array(shape.at(-1)!);
        x!.forEach((value, i) => (sums[i % sums.length]! += value));
        return [sums];
      },
    },
    variants,
  );

/** Relative precision of small results, which a difference of exponentials would lose. */
const smallTanh = opCase({
  name: "tanh of small numbers",
  op: tanh,
  attrs: {},
  inputs: [{ type: f32(40), data: normal(40, 9, 1e-3) }],
  reference: ([x]) => [x!.map(Math.tanh)],
});

export const elementwiseCases: readonly RegisteredCase[] = [
  ...[...SHAPES, [3, 64, 5]].map(sum),
  ...SHAPES.flatMap((shape) => [product(shape), rowProduct(shape), scaled(shape)]),
  ...activationCases(gelu, { approximate: "tanh" }, activations.gelu_tanh, "gelu by tanh"),
  ...activationCases(gelu, { approximate: "none" }, activations.gelu_none, "gelu by erf"),
  ...activationCases(silu, {}, activations.silu, "silu"),
  ...activationCases(tanh, {}, activations.tanh, "tanh"),
  ...activationCases(relu, {}, activations.relu, "relu"),
  smallTanh,
  ...gatedCases(siluMultiply, {}, activations.silu, "siluMultiply"),
  ...gatedCases(geluMultiply, { approximate: "tanh" }, activations.gelu_tanh, "geluMultiply by tanh"),
  ...gatedCases(geluMultiply, { approximate: "none" }, activations.gelu_none, "geluMultiply by erf"),
  ...[
    [1, 1],
    [7, 13],
    [2, 3, 20],
    [130, 3],
  ].map((shape) => bias(shape)),
  ...[
    [1, 1],
    [0, 4],
    [7, 13],
    [5, 260],
  ].map((shape) => columnSums(shape, "software")),
  ...[
    [63, 20],
    [64, 20],
    [130, 67],
  ].map((shape) => columnSums(shape, "gpu")),
];

import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, type Value } from "../../../src/engine/graph/value";
import { gatePenalty, hardConcrete, hardConcreteBackward } from "../../../src/engine/ops/hard-concrete";
import { pcg } from "../../../src/lib/pcg";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { runGraph } from "../run-graph";
import { opCase, type RegisteredCase } from "./case";

const GATE = { lower: -0.4, upper: 1.3, site: 3, seedIndex: 1 } as const;
const SEED = 12345;
const STEP = Float32Array.of(0, 0);
new Uint32Array(STEP.buffer)[GATE.seedIndex] = SEED;

/** Gates by the paper's formula, with the logarithms that the kernel avoids. */
function gate(alpha: number, i: number, noisy: boolean): { z: number; slope: number } {
  const hash = pcg((i ^ pcg((GATE.site ^ pcg(SEED)) >>> 0)) >>> 0);
  const u = noisy ? Math.min(1 - 1e-4, Math.max(1e-4, (hash >>> 8) / 2 ** 24)) : 0.5;
  const share = 1 / (1 + Math.exp(-(Math.log(u) - Math.log(1 - u) + alpha)));
  const stretched = share * (GATE.upper - GATE.lower) + GATE.lower;
  const inside = stretched > 0 && stretched < 1;
  return {
    z: Math.min(1, Math.max(0, stretched)),
    slope: inside ? (GATE.upper - GATE.lower) * share * (1 - share) : 0,
  };
}

/** Closed, open and intermediate gates, as far as training drives them. */
const alphas = (count: number): Float32Array<ArrayBuffer> =>
  normal(count, 9, 2).map((alpha, i) => (i % 7 === 6 ? 20 * alpha : alpha));

function forward(shape: readonly [number, number], noisy: boolean): RegisteredCase {
  const count = shape[0] * shape[1];
  return opCase({
    name: `hardConcrete ${shape.join("x")} ${noisy ? "with" : "without"} noise`,
    op: hardConcrete,
    attrs: { ...GATE, noisy },
    inputs: [
      { type: f32(...shape), grad: true },
      { type: f32(...shape), data: alphas(count), grad: true },
      ...(noisy ? [{ type: f32(2), data: STEP }] : []),
    ],
    reference: ([delta, alpha]) => [delta!.map((value, i) => value * gate(alpha![i]!, i, noisy).z)],
  });
}

const backward = opCase({
  name: "hardConcreteBackward 5x7",
  op: hardConcreteBackward,
  attrs: { ...GATE, noisy: true },
  inputs: [
    { type: f32(5, 7) },
    { type: f32(5, 7), data: alphas(35) },
    { type: f32(5, 7) },
    { type: f32(2), data: STEP },
  ],
  reference: ([delta, alpha, dy]) => [
    dy!.map((value, i) => value * gate(alpha![i]!, i, true).z),
    dy!.map((value, i) => value * delta![i]! * gate(alpha![i]!, i, true).slope),
  ],
});

function penalty(): RegisteredCase {
  const COUNT = 100;
  const attrs = { weight: 0.3, shift: 0.7 };
  const trace = (): { graph: Graph; sum: Value } => {
    const graph = new Graph();
    const sum = graph.state("gradient", f32(COUNT));
    graph.applyAll(gatePenalty, [graph.state("alpha", f32(COUNT)), sum], attrs);
    return { graph, sum };
  };
  const name = "gatePenalty adds the slope of its sum";
  const check = async (gpu: Gpu): Promise<void> => {
    const { graph, sum } = trace();
    const leaves = { alpha: alphas(COUNT).map((alpha) => 5 * alpha), gradient: normal(COUNT, 3) };
    const got = await runGraph(gpu, graph, { sum }, { leaves });
    const open = (alpha: number): number => 1 / (1 + Math.exp(-(alpha - attrs.shift)));
    const added = [...leaves.alpha].map(
      (alpha) => (attrs.weight * (open(alpha + 1e-4) - open(alpha - 1e-4))) / 2e-4,
    );
    const expected = added.map((slope, i) => slope + leaves.gradient[i]!);
    expectClose(got.sum!, expected, 1e-6, name);
  };
  return { name, trace: () => trace().graph, check };
}

export const hardConcreteCases: readonly RegisteredCase[] = [
  forward([1, 1], false),
  forward([9, 20], true),
  forward([9, 20], false),
  backward,
  penalty(),
];

import { expect } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, type TensorType, u32, type Value } from "../../../src/engine/graph/value";
import { adamw, BLOCK_WORDS, stepMetrics } from "../../../src/engine/ops/adamw";
import { addSquares, maskGradients } from "../../../src/engine/ops/flat-gradients";
import { reduceSum, sumSquares } from "../../../src/engine/ops/reduce-sum";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { type AdamwOptions, adamwStep } from "../reference/optim";
import { type HostArray, runGraph } from "../run-graph";
import { opCase, type RegisteredCase, type Variants } from "./case";

const COUNT = 64 * 70;
const NUMBERS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const LEARNING_RATE = 1e-2;

/** (learning-rate factor, weight decay) per group, and the group of each block. */
const TABLE = [
  [1, 0.1],
  [16, 0],
] as const;
const groupOf = (block: number): 0 | 1 => (block % 3 === 2 ? 1 : 0);

function trace(maxGradNorm: number): { graph: Graph; wanted: Record<string, Value> } {
  const graph = new Graph();
  const flat = (name: string): Value => graph.state(name, f32(COUNT));
  const gradients = flat("gradients");
  const [norm] = graph.applyAll(sumSquares, [gradients], {}) as [Value];
  const metrics = graph.state("metrics", f32(4));
  graph.applyAll(stepMetrics, [norm, metrics], {});
  const states = { parameters: flat("parameters"), m: flat("m"), v: flat("v") };
  const tables = [
    graph.state("blocks", u32((COUNT / 64) * BLOCK_WORDS)),
    graph.state("groupTable", f32(2, 2)),
  ];
  const step = graph.input("step", f32(3));
  graph.applyAll(adamw, [states.parameters, gradients, states.m, states.v, ...tables, step, norm], {
    ...NUMBERS,
    maxGradNorm,
    learningRateIndex: 0,
    beta1CorrectionIndex: 1,
    beta2CorrectionIndex: 2,
  });
  return { graph, wanted: { ...states, metrics } };
}

/** Block metadata: the group of each block and its frozen bitmask. */
function blocksOf(isFrozen: (i: number) => boolean): Uint32Array<ArrayBuffer> {
  const blocks = new Uint32Array((COUNT / 64) * BLOCK_WORDS);
  for (let i = 0; i < COUNT; i++) {
    const block = Math.floor(i / 64);
    blocks[block * BLOCK_WORDS] = groupOf(block);
    const word = block * BLOCK_WORDS + 1 + Math.floor((i % 64) / 32);
    if (isFrozen(i)) blocks[word] = blocks[word]! | (1 << (i % 32));
  }
  return blocks;
}

const isThird = (i: number): boolean => i % 3 === 0;

type Flats = Record<"parameters" | "m" | "v", Float32Array>;

/** Runs one step on the GPU and returns the buffers. */
async function update(
  gpu: Gpu,
  states: Flats,
  gradients: Float32Array,
  step: number,
  maxGradNorm: number,
  isFrozen: (i: number) => boolean = () => false,
): Promise<Flats & { metrics: Float32Array }> {
  const { graph, wanted } = trace(maxGradNorm);
  const corrections = [1 - NUMBERS.beta1 ** step, 1 - NUMBERS.beta2 ** step];
  const leaves = {
    ...states,
    gradients,
    blocks: blocksOf(isFrozen),
    groupTable: Float32Array.from(TABLE.flat()),
    step: Float32Array.of(LEARNING_RATE, ...corrections),
  };
  const got = await runGraph(gpu, graph, wanted, { leaves });
  return got as Flats & { metrics: Float32Array };
}

function startStates(): Flats {
  return { parameters: normal(COUNT, 1), m: new Float32Array(COUNT), v: new Float32Array(COUNT) };
}

/** Ten steps against a float64 AdamW; gradients vary in magnitude, and some are zero. */
async function tenSteps(gpu: Gpu, maxGradNorm: number): Promise<void> {
  let states = startStates();
  const expected = {
    parameters: Float64Array.from(states.parameters),
    m: new Float64Array(COUNT),
    v: new Float64Array(COUNT),
  };
  const options: AdamwOptions = {
    ...NUMBERS,
    maxGradNorm,
    learningRate: LEARNING_RATE,
    group: (i) => TABLE[groupOf(Math.floor(i / 64))]!,
  };
  for (let step = 1; step <= 10; step++) {
    const gradients = normal(COUNT, 100 + step).map((g, i) => (i % 11 === 0 ? 0 : g * 10 ** -(i % 4)));
    const norm = adamwStep(expected, gradients, step, options);
    const { metrics, ...next } = await update(gpu, states, gradients, step, maxGradNorm);
    states = next;
    expectClose([metrics[0]!], [norm], 1e-6, `norm of step ${step}`);
    expect(metrics[1]).toBe(0);
  }
  const start = startStates().parameters;
  const moved = (values: ArrayLike<number>): number[] => Array.from(values, (value, i) => value - start[i]!);
  expectClose(moved(states.parameters), moved(expected.parameters), 1e-5, "what the parameters moved by");
  expectClose(states.m, expected.m, 1e-6, "first moments");
  expectClose(states.v, expected.v, 1e-6, "second moments");
}

async function skipsNonFinite(gpu: Gpu): Promise<void> {
  for (const bad of [NaN, Infinity, -Infinity, 3e38]) {
    const states: Flats = {
      parameters: normal(COUNT, 1),
      m: normal(COUNT, 2),
      v: normal(COUNT, 3).map(Math.abs),
    };
    const gradients = normal(COUNT, 4);
    gradients[1000] = bad;
    const { metrics, ...after } = await update(gpu, states, gradients, 3, 1);
    expect(after, `gradient ${bad}`).toEqual(states);
    expect(metrics[1]).toBe(1);
  }
}

/** Neither gradient, decay nor moments change a frozen element. */
async function keepsFrozen(gpu: Gpu): Promise<void> {
  const start: Flats = {
    parameters: normal(COUNT, 1),
    m: normal(COUNT, 2),
    v: normal(COUNT, 3).map(Math.abs),
  };
  const gradients = normal(COUNT, 4);
  const free = await update(gpu, start, gradients, 3, 1);
  const { metrics: _metrics, ...held } = await update(gpu, start, gradients, 3, 1, isThird);
  for (const name of ["parameters", "m", "v"] as const) {
    const expected = free[name].map((value, i) => (isThird(i) ? start[name][i]! : value));
    expect(held[name], name).toEqual(expected);
  }
}

/** A case of an in-place op over gradients and another buffer; `expected` names the buffers to check. */
function flatCase(
  name: string,
  op: typeof addSquares,
  other: { readonly type: TensorType; readonly data: HostArray },
  expected: (gradients: Float32Array) => Readonly<Partial<Record<"gradients" | "other", Float32Array>>>,
): RegisteredCase {
  const traceFlat = (): { graph: Graph; states: Record<"gradients" | "other", Value> } => {
    const graph = new Graph();
    const states = {
      gradients: graph.state("gradients", f32(COUNT)),
      other: graph.state("other", other.type),
    };
    graph.applyAll(op, [states.gradients, states.other], {});
    return { graph, states };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const { graph, states } = traceFlat();
    const gradients = normal(COUNT, 1);
    const got = await runGraph(gpu, graph, states, { leaves: { gradients, other: other.data } });
    for (const [state, values] of Object.entries(expected(gradients)))
      expectClose(got[state]!, values, 1e-6, `${name}: ${state}`);
  };
  return { name, trace: () => traceFlat().graph, check };
}

function updateCase(name: string, check: (gpu: Gpu) => Promise<void>): RegisteredCase {
  return { name: `adamw ${name}`, trace: () => trace(1).graph, check };
}

const sum = (count: number, squares: boolean, variants: Variants): RegisteredCase =>
  opCase(
    {
      name: `${squares ? "sumSquares" : "reduceSum"} of ${count}`,
      op: squares ? sumSquares : reduceSum,
      attrs: {},
      inputs: [{ type: f32(count), data: normal(count, count).map((x) => x + 0.5) }],
      reference: ([x]) => [Float64Array.of(x!.reduce((total, v) => total + (squares ? v * v : v), 0))],
    },
    variants,
  );

export const optimCases: readonly RegisteredCase[] = [
  updateCase("moves as in float64 for ten steps", (gpu) => tenSteps(gpu, 0)),
  updateCase("clips as in float64 for ten steps", (gpu) => tenSteps(gpu, 1)),
  updateCase("changes nothing when the norm is not finite", skipsNonFinite),
  updateCase("leaves alone what is frozen", keepsFrozen),
  flatCase(
    "maskGradients",
    maskGradients,
    { type: u32((COUNT / 64) * BLOCK_WORDS), data: blocksOf(isThird) },
    (gradients) => ({ gradients: gradients.map((gradient, i) => (isThird(i) ? 0 : gradient)) }),
  ),
  flatCase("addSquares", addSquares, { type: f32(COUNT), data: normal(COUNT, 2) }, (gradients) => ({
    gradients,
    other: normal(COUNT, 2).map((sum, i) => sum + gradients[i]! ** 2),
  })),
  ...[0, 1, 7, 4096, 4097, 100_000].flatMap((count) => [
    sum(count, false, "software"),
    sum(count, true, "software"),
  ]),
  ...[1, 100, 1028, 9001].map((count) => sum(count, true, "gpu")),
];

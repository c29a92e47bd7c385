import type { Gpu } from "../../src/engine/gpu/device";
import { differentiate } from "../../src/engine/transform/autodiff";
import { Graph } from "../../src/engine/graph/graph";
import type { Op, Tuning } from "../../src/engine/graph/op";
import { elementCount, type TensorType, type Value } from "../../src/engine/graph/value";
import { expectClose } from "./compare";
import { fixedTuning, type HostArray, runGraph } from "./run-graph";

/** One input of an op under test. */
export interface OpInput {
  readonly type: TensorType;
  /** Defaults to seeded normal samples. */
  readonly data?: HostArray;
  /** Whether to check its gradient (f32 only). */
  readonly grad?: boolean;
}

export type Float64Reference = (inputs: readonly Float64Array[]) => readonly Float64Array[];

/** An op, its inputs, and its float64 reference. */
export interface OpCase<A> {
  readonly name: string;
  readonly op: Op<A>;
  readonly attrs: A;
  readonly inputs: readonly OpInput[];
  readonly reference: Float64Reference;
  /** Forward tolerance (relative L2 error): f32 rounding only. */
  readonly tolerance?: number;
  /** Gradient tolerance (relative L2 error) against central differences of the reference. */
  readonly gradTolerance?: number;
}

/** Seeded normal samples (mulberry32 + Box–Muller), identical on every machine. */
export function normal(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float32Array.from(
    { length: count },
    () => scale * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** Traces a case: input i is the leaf `x<i>`; output i and the gradient of input i are kept as `y<i>` and `g<i>`. */
export function traceOp<A>(opCase: OpCase<A>): { graph: Graph; wanted: Record<string, Value> } {
  const graph = new Graph();
  const values = opCase.inputs.map((input, index) =>
    input.grad ? graph.parameter(`x${index}`, input.type) : graph.input(`x${index}`, input.type),
  );
  const outputs = graph.applyAll(opCase.op, values, opCase.attrs);
  const wanted: Record<string, Value> = Object.fromEntries(
    outputs.map((output, index) => [`y${index}`, output]),
  );
  const first = outputs[0]!;
  if (opCase.inputs.some((input) => input.grad)) {
    differentiate(graph, first, graph.input("upstream", first.type));
  }
  opCase.inputs.forEach((input, index) => {
    if (input.grad) wanted[`g${index}`] = graph.gradient(`x${index}`, input.type);
  });
  return { graph, wanted };
}

/** Checks a case's forward pass (all outputs) and gradients (of output 0, with a random upstream gradient). */
export async function checkOp<A>(
  gpu: Gpu,
  opCase: OpCase<A>,
  tuning: Tuning = fixedTuning(gpu),
): Promise<void> {
  const data = opCase.inputs.map(
    (input, index) => input.data ?? normal(elementCount(input.type.shape), 1000 + index),
  );
  const expected = opCase.reference(data.map((values) => Float64Array.from(values)));
  const { graph, wanted } = traceOp(opCase);
  const upstream = normal(elementCount(wanted.y0!.type.shape), 77);
  const inputs = Object.fromEntries(data.map((array, index) => [`x${index}`, array]));
  const got = await runGraph(gpu, graph, wanted, { leaves: { ...inputs, upstream } }, tuning);
  expected.forEach((values, index) => {
    expectClose(got[`y${index}`]!, values, opCase.tolerance ?? 1e-5, `${opCase.name} output ${index}`);
  });
  opCase.inputs.forEach((input, index) => {
    if (!input.grad) return;
    const gradient = numericGradient(opCase.reference, data, index, upstream);
    expectClose(
      got[`g${index}`]!,
      gradient,
      opCase.gradTolerance ?? 1e-4,
      `${opCase.name} gradient ${index}`,
    );
  });
}

/** Central differences of Σ upstream·y in float64. */
function numericGradient(
  reference: Float64Reference,
  data: readonly HostArray[],
  index: number,
  upstream: Float32Array,
): Float64Array {
  const inputs = data.map((values) => Float64Array.from(values));
  const target = inputs[index]!;
  const objective = (): number => reference(inputs)[0]!.reduce((sum, y, i) => sum + y * upstream[i]!, 0);
  return target.map((value, i) => {
    const step = 1e-5 * Math.max(1, Math.abs(value));
    target[i] = value + step;
    const above = objective();
    target[i] = value - step;
    const below = objective();
    target[i] = value;
    return (above - below) / (2 * step);
  });
}

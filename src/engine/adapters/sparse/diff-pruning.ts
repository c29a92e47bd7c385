import { diffPruningFields } from "../../../shared/methods/diff-pruning";
import { defined } from "../../../lib/invariant";
import { markLargest } from "../../../lib/largest";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { gatePenalty, type GateShape, hardConcrete } from "../../ops/hard-concrete";
import { STEP_SCALARS, stepScalarsInput } from "../../nn/step-scalars";
import type { GraphMode } from "../../nn/hooks";
import { defineAdapter } from "../common/define-adapter";
import type { Choice, HostTensor, Method, ParameterSpec } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { isLuthierConfig, luthierConfig, readLuthierOptions } from "../common/luthier-format";
import {
  type SparseWeight,
  sparseWeights,
  sparseHooks,
  deltaName,
  deltaParameter,
  keptCount,
  mergeSparse,
  readSparse,
  sparseTensors,
} from "./weight-changes";

/** α of a permanently open gate. */
const OPEN = 100;

type Values = ReadonlyMap<string, HostTensor>;

const alphaName = ({ name }: SparseWeight): string => `${name}.alpha`;

/**
 * DiffPruning (Guo et al. 2021, arXiv 2012.07463): W + z ⊙ δ with a hard concrete gate z per element and a penalty on
 * open gates. After a fraction of the steps, the largest elements of z ⊙ δ over all layers become δ, the rest zero,
 * with gates fixed open; the nonzero elements of δ then train on, in later runs too. Files hold z ⊙ δ with noise-free
 * z.
 */
export const diffPruning: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("diff-pruning", config),
  bind(values, model) {
    const reader = new OptionReader(diffPruningFields, values);
    const weights = sparseWeights(reader, model);
    const shape = { lower: reader.number("concrete_lower"), upper: reader.number("concrete_upper") };
    const diff = gatedDelta(shape);
    const kept = keptCount(weights, reader.number("target_sparsity"));
    return defineAdapter({
      parameters: weights.flatMap((weight) => gatedParameters(weight, reader)),
      hooks: (graph, mode) =>
        sparseHooks(graph, weights, (weight, site) => applyGates(graph, weight, mode, { ...shape, site })),
      penalty: (graph) => penaliseOpen(graph, weights, reader.number("sparsity_pen"), shape),
      selection: {
        kept,
        after: reader.number("prune_after"),
        samples: 0,
        choose: (trained) => prune(weights, trained, diff, kept),
        isMade: (values) => isSparse(weights, values, kept),
      },
      format: "luthier-sparse",
      config: luthierConfig("diff-pruning", {
        ...Object.fromEntries(
          diffPruningFields
            .filter(({ type }) => type === "number")
            .map(({ name }) => [name, reader.number(name)]),
        ),
        target_modules: reader.text("target_modules"),
        exclude_modules: reader.text("exclude_modules"),
      }),
      exportTensors: (trained) => sparseTensors(weights, (weight) => diff(trained, weight)),
      importTensors: (saved) => withGates(weights, readSparse(weights, saved)),
      merge: (trained) => mergeSparse(weights, (weight) => diff(trained, weight)),
    });
  },
  readConfig: (config) => readLuthierOptions(diffPruningFields, config),
};

function gatedParameters(weight: SparseWeight, reader: OptionReader): ParameterSpec[] {
  const shape = [weight.rows, weight.columns];
  const count = weight.rows * weight.columns;
  const alpha = reader.number("alpha_init");
  return [
    { name: deltaName(weight), shape, init: () => new Float32Array(count) },
    {
      name: alphaName(weight),
      shape,
      learningRateFactor: reader.number("gate_learning_rate_ratio"),
      init: () => new Float32Array(count).fill(alpha),
    },
  ];
}

/** z ⊙ δ in a graph; gates are noisy during training. */
function applyGates(
  graph: Graph,
  weight: SparseWeight,
  mode: GraphMode,
  gate: GateShape & { readonly site: number },
): Value {
  const alpha = graph.parameter(alphaName(weight), f32(weight.rows, weight.columns));
  const noisy = mode === "train";
  const inputs = [deltaParameter(graph, weight), alpha, ...(noisy ? [stepScalarsInput(graph)] : [])];
  return graph.apply(hardConcrete, inputs, { ...gate, noisy, seedIndex: STEP_SCALARS.seed });
}

/** Penalty on open gates: `weight` times the sum of the probabilities of being nonzero, σ(α − ln(−lower / upper)). */
function penaliseOpen(
  graph: Graph,
  weights: readonly SparseWeight[],
  weight: number,
  { lower, upper }: GateShape,
): void {
  for (const changed of weights) {
    const [name, type] = [alphaName(changed), f32(changed.rows, changed.columns)];
    const inputs = [graph.fixed(name, type), graph.gradient(name, type)];
    graph.applyAll(gatePenalty, inputs, { weight, shift: Math.log(-lower / upper) });
  }
}

/** z ⊙ δ on the host, without noise. */
function gatedDelta({ lower, upper }: GateShape): (trained: Values, weight: SparseWeight) => HostTensor {
  const gate = (alpha: number): number => {
    const stretched = (upper - lower) / (1 + Math.exp(-alpha)) + lower;
    return Math.min(1, Math.max(0, stretched));
  };
  return (trained, weight) => {
    const { shape, data } = defined(trained.get(deltaName(weight)), deltaName(weight));
    const alpha = defined(trained.get(alphaName(weight)), alphaName(weight)).data;
    return { shape, data: data.map((value, i) => value * gate(alpha[i] ?? 0)) };
  };
}

/** Parameters for pruned differences, with permanently open gates. */
function withGates(weights: readonly SparseWeight[], deltas: Values): Map<string, HostTensor> {
  const gates = weights.map((weight): [string, HostTensor] => {
    const data = new Float32Array(weight.rows * weight.columns).fill(OPEN);
    return [alphaName(weight), { shape: [weight.rows, weight.columns], data }];
  });
  return new Map([...deltas, ...gates]);
}

/** Whether the differences come from a pruned run: nonempty, and at most `count`. */
function isSparse(weights: readonly SparseWeight[], values: Values, count: number): boolean {
  const changed = weights.reduce((sum, weight) => {
    const { data } = defined(values.get(deltaName(weight)), deltaName(weight));
    return sum + data.reduce((part, value) => part + (value === 0 ? 0 : 1), 0);
  }, 0);
  return changed > 0 && changed <= count;
}

/** Keeps the largest differences across all weights; only these train on. */
function prune(
  weights: readonly SparseWeight[],
  trained: Values,
  diff: (trained: Values, weight: SparseWeight) => HostTensor,
  count: number,
): Choice {
  const diffs = weights.map((weight) => diff(trained, weight));
  const sizes = diffs.map(({ data }) => data.map(Math.abs));
  // With fewer open gates than `count`, zeros are among the largest; they must stay zero.
  const marks = markLargest(sizes, count).map((part, index) =>
    part.map((mark, i) => (sizes[index]?.[i] ? mark : 0)),
  );
  const marksOf = (index: number): Uint8Array => defined(marks[index], "marks");
  const kept = weights.map((weight, index): [string, HostTensor] => {
    const { shape, data } = defined(diffs[index], "difference");
    return [deltaName(weight), { shape, data: data.map((value, i) => (marksOf(index)[i] ? value : 0)) }];
  });
  const trains = weights.flatMap((weight, index): [string, Uint8Array][] => [
    [deltaName(weight), marksOf(index)],
    [alphaName(weight), new Uint8Array(marksOf(index).length)],
  ]);
  return { values: withGates(weights, new Map(kept)), trains: new Map(trains) };
}

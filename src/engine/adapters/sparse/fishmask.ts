import { fishmaskFields } from "../../../shared/methods/fishmask";
import { defined } from "../../../lib/invariant";
import { markLargest } from "../../../lib/largest";
import { defineAdapter } from "../common/define-adapter";
import type { Choice, HostTensor, Method } from "../common/method";
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

/**
 * FishMask (Sung et al. 2021, arXiv 2111.09839): trains only the weights with the largest empirical Fisher information
 * (squared gradients of the loss, summed over texts), selected across all layers before the first step. Trained are
 * differences from the base weights, so weight decay pulls towards the base.
 */
export const fishmask: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("fishmask", config),
  bind(values, model) {
    const reader = new OptionReader(fishmaskFields, values);
    const weights = sparseWeights(reader, model);
    const samples = reader.number("fish_samples");
    const ratio = reader.number("keep_ratio");
    const kept = keptCount(weights, ratio);
    return defineAdapter({
      parameters: weights.map((weight) => ({
        name: deltaName(weight),
        shape: [weight.rows, weight.columns],
        init: () => new Float32Array(weight.rows * weight.columns),
      })),
      hooks: (graph) => sparseHooks(graph, weights, (weight) => deltaParameter(graph, weight)),
      selection: {
        kept,
        after: 0,
        samples,
        choose: (deltas, importance) => chooseWeights(weights, deltas, importance, kept),
      },
      format: "luthier-sparse",
      config: luthierConfig("fishmask", {
        keep_ratio: ratio,
        fish_samples: samples,
        target_modules: reader.text("target_modules"),
        exclude_modules: reader.text("exclude_modules"),
      }),
      exportTensors: (trained) => sparseTensors(weights, deltaOf(trained)),
      importTensors: (saved) => readSparse(weights, saved),
      merge: (trained) => mergeSparse(weights, deltaOf(trained)),
    });
  },
  readConfig: (config) => readLuthierOptions(fishmaskFields, config),
};

function deltaOf(trained: ReadonlyMap<string, HostTensor>): (weight: SparseWeight) => HostTensor {
  return (weight) => defined(trained.get(deltaName(weight)), deltaName(weight));
}

/** The most important weights, or those that a continued adapter has already changed. */
function chooseWeights(
  weights: readonly SparseWeight[],
  values: ReadonlyMap<string, HostTensor>,
  importance: ReadonlyMap<string, HostTensor> | null,
  kept: number,
): Choice | null {
  const named = (marks: readonly Uint8Array[]): Choice => ({
    values,
    trains: new Map(weights.map((weight, i) => [deltaName(weight), defined(marks[i], "marks")])),
  });
  const deltas = weights.map((weight) => deltaOf(values)(weight).data);
  if (deltas.some((delta) => delta.some((value) => value !== 0)))
    return named(deltas.map((delta) => Uint8Array.from(delta, (value) => (value === 0 ? 0 : 1))));
  if (!importance) return null;
  const scores = weights.map((weight) => deltaOf(importance)(weight).data);
  return named(markLargest(scores, kept));
}

import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { linearCrossEntropy } from "../../../src/engine/ops/linear-cross-entropy";
import { type PairObjective, preferenceLoss } from "../../../src/engine/ops/preference-loss";
import { bindObjective } from "../../../src/engine/train/objectives";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { OBJECTIVE_IDS, type ObjectiveId } from "../../../src/shared/objectives";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { centralDifference } from "../reference/loss";
import { judgePair } from "../reference/preference";
import { runGraph } from "../run-graph";
import { storedMatrix } from "../stored-matrix";
import { type RegisteredCase, type Variants, variantTuning } from "./case";

const ROWS = 64;
const SCALES = { loss: 0.25, likelihood: 0.0625 };
/** Token counts of the answers; the third pair is padding, and one label row belongs to no answer. */
const COUNTS = [9, 4, 1, 17, 0, 0, 20, 12];

function objectiveOf(id: ObjectiveId): PairObjective {
  const bound = bindObjective({ id, options: { beta: 0.7, label_smoothing: 0.2, simpo_gamma: 0.3 } });
  return { ...bound, likelihood: 0.8 };
}

const attrsOf = (id: ObjectiveId) => ({ ...objectiveOf(id), scaleIndex: 1, likelihoodIndex: 2 });

function sequencesOf(): Uint32Array {
  let start = 0;
  return Uint32Array.from(COUNTS.flatMap((count) => [(start += count) - count, count]));
}

/** The scaled loss of a batch in float64. */
function batchLoss(id: ObjectiveId, losses: Float64Array, references: ArrayLike<number>): number {
  return pairsOf(id, losses, references).reduce((sum, { loss }) => sum + SCALES.loss * loss, 0);
}

function pairsOf(
  id: ObjectiveId,
  losses: Float64Array,
  references: ArrayLike<number>,
): { loss: number; chosen: number; rejected: number }[] {
  const sequences = sequencesOf();
  const sum = (answer: number): number => {
    const start = sequences[2 * answer]!;
    return losses.subarray(start, start + sequences[2 * answer + 1]!).reduce((a, b) => a + b, 0);
  };
  return Array.from({ length: COUNTS.length / 2 }, (_, pair) => {
    const [chosen, rejected] = [2 * pair, 2 * pair + 1];
    if (COUNTS[chosen] === 0) return { loss: 0, chosen: 0, rejected: 0 };
    const objective = objectiveOf(id);
    const judged = judgePair(id, objective, {
      policy: [-sum(chosen), -sum(rejected)],
      reference: [references[chosen]!, references[rejected]!],
      tokens: [COUNTS[chosen]!, COUNTS[rejected]!],
    });
    const likelihood = (objective.likelihood * SCALES.likelihood * sum(chosen)) / SCALES.loss;
    return { ...judged, loss: judged.loss + likelihood };
  });
}

const STEP = Float32Array.of(0, SCALES.loss, SCALES.likelihood);

function lossCase(id: ObjectiveId, variants: Variants): RegisteredCase {
  const name = `preferenceLoss ${id} (${variants} variants)`;
  const trace = (): { graph: Graph; measures: Value; gradient: Value } => {
    const graph = new Graph();
    const inputs = [
      graph.input("losses", f32(ROWS)),
      graph.input("sequences", u32(COUNTS.length, 2)),
      graph.input("references", f32(COUNTS.length)),
      graph.input("step", f32(3)),
    ];
    const [measures, gradient] = graph.applyAll(preferenceLoss, inputs, attrsOf(id)) as [Value, Value];
    return { graph, measures, gradient };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const losses = normal(ROWS, 5, 0.8).map(Math.abs);
    const references = normal(COUNTS.length, 6, 3).map((x) => x - 6);
    const { graph, ...wanted } = trace();
    const leaves = { losses, sequences: sequencesOf(), references, step: STEP };
    const got = await runGraph(gpu, graph, wanted, { leaves }, variantTuning(gpu, variants));
    const exact = Float64Array.from(losses);
    const measures = pairsOf(id, exact, references).flatMap(({ loss, chosen, rejected }) => [
      loss,
      chosen,
      rejected,
      chosen > rejected ? 1 : 0,
    ]);
    expectClose(got.measures!, Float64Array.from(measures), 1e-6, `${name}: measures`);
    const used = COUNTS.reduce((sum, count) => sum + count, 0);
    const slopes = centralDifference((x) => batchLoss(id, x, references), exact).subarray(0, used);
    expectClose(got.gradient!.subarray(0, used), slopes, 2e-6, `${name}: gradient`);
  };
  return { name, trace: () => trace().graph, check };
}

/** Through a head whose logits are recomputed with a scale per row: gradients of h and of a trainable head. */
function headCase(trained: boolean, variants: Variants): RegisteredCase {
  const [hidden, vocabulary, id] = [8, 37, "dpo"] as const;
  const name = `preferenceLoss through a ${trained ? "trained" : "frozen"} head (${variants} variants)`;
  const head = storedMatrix(vocabulary, hidden, "f32", vocabulary);
  const labels = Uint32Array.from({ length: ROWS }, (_, row) =>
    row < ROWS - 1 ? (row * 7) % vocabulary : 0xffffffff,
  );
  const trace = (): { graph: Graph; measures: Value } => {
    const graph = new Graph();
    const step = graph.input("step", f32(3));
    const own = trained ? [graph.parameter("w", f32(vocabulary, hidden))] : [];
    const h = graph.parameter("h", f32(ROWS, hidden));
    const weight = trained ? null : head.ref;
    const attrs = { weight, lowRank: false, chunkRows: 64, scaleIndex: 1, withGradient: false };
    const inputs = [h, graph.input("labels", u32(ROWS)), step, ...own];
    const [losses] = graph.applyAll(linearCrossEntropy, inputs, attrs) as [Value];
    const answers = [graph.input("sequences", u32(COUNTS.length, 2)), graph.input("references", f32(8))];
    const [measures] = graph.applyAll(preferenceLoss, [losses, ...answers, step], attrsOf(id)) as [Value];
    differentiate(graph, measures, measures);
    return { graph, measures };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const h = normal(ROWS * hidden, 3, 0.3);
    const w = Float32Array.from(head.values);
    const references = normal(COUNTS.length, 6, 3).map((x) => x - 20);
    const { graph } = trace();
    const wanted = {
      dh: graph.gradient("h", f32(ROWS, hidden)),
      ...(trained ? { dw: graph.gradient("w", f32(vocabulary, hidden)) } : {}),
    };
    const leaves = {
      ...{ h, labels, sequences: sequencesOf(), references, step: STEP },
      ...(trained ? { w } : {}),
    };
    const data = trained ? { leaves } : { leaves, weights: { weight: head } };
    const got = await runGraph(gpu, graph, wanted, data, variantTuning(gpu, variants));
    const lossOf = (states: ArrayLike<number>, weights: ArrayLike<number>): number =>
      batchLoss(id, tokenLosses(states, weights, labels, vocabulary), references);
    const dh = centralDifference((x) => lossOf(x, w), Float64Array.from(h));
    expectClose(got.dh!, dh, 5e-6, `${name}: gradient of h`);
    if (!trained) return;
    const dw = centralDifference((x) => lossOf(h, x), Float64Array.from(w));
    expectClose(got.dw!, dw, 5e-6, `${name}: gradient of W`);
  };
  return { name, trace: () => trace().graph, check };
}

/** Cross-entropy of each row's label; 0 where it is ignored. */
function tokenLosses(
  h: ArrayLike<number>,
  w: ArrayLike<number>,
  labels: Uint32Array,
  vocabulary: number,
): Float64Array {
  const hidden = h.length / labels.length;
  return Float64Array.from(labels, (label, row) => {
    if (label >= vocabulary) return 0;
    const logits = Array.from({ length: vocabulary }, (_, c) => {
      let sum = 0;
      for (let p = 0; p < hidden; p++) sum += h[row * hidden + p]! * w[c * hidden + p]!;
      return sum;
    });
    return Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[label]!;
  });
}

export const preferenceCases: readonly RegisteredCase[] = [
  ...OBJECTIVE_IDS.map((id) => lossCase(id, "software")),
  lossCase("dpo", "barriers"),
  ...OBJECTIVE_IDS.map((id) => lossCase(id, "gpu")),
  headCase(false, "software"),
  headCase(true, "software"),
];

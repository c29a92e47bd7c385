import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { linearCrossEntropy } from "../../../src/engine/ops/linear-cross-entropy";
import {
  type PairObjective,
  preferenceLoss,
  SEQUENCE_NUMBERS,
} from "../../../src/engine/ops/preference-loss";
import { unpairedLoss } from "../../../src/engine/ops/unpaired-loss";
import { bindObjective } from "../../../src/engine/train/objectives";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { OBJECTIVE_IDS } from "../../../src/shared/objectives";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { centralDifference } from "../reference/loss";
import { judgeLabelled, judgePair, type PairObjectiveId } from "../reference/preference";
import { runGraph } from "../run-graph";
import { storedMatrix } from "../stored-matrix";
import { type RegisteredCase, type Variants, variantTuning } from "./case";

const ROWS = 64;
const SCALES = { loss: 0.25, likelihood: 0.0625 };
/** Tokens of the answers; the third pair is padding, and some label rows belong to no answer. */
const COUNTS = [9, 4, 1, 17, 0, 0, 10, 12];
/** Tokens before each answer that only the likelihood counts. */
const CONTEXT = [5, 0, 2, 0, 0, 0, 0, 0];
const USED = [...COUNTS, ...CONTEXT].reduce((sum, count) => sum + count, 0);
const OPTIONS = { beta: 0.7, lambda: 0.7, label_smoothing: 0.2, simpo_gamma: 0.3 };
const PAIR_IDS = OBJECTIVE_IDS.filter((id): id is PairObjectiveId => id !== "kto");

function objectiveOf(id: PairObjectiveId): PairObjective {
  return { ...(bindObjective({ id, options: OPTIONS }) as PairObjective), likelihood: 0.8 };
}

const attrsOf = (id: PairObjectiveId) => ({ ...objectiveOf(id), scaleIndex: 1, likelihoodIndex: 2 });

function sequencesOf(): Uint32Array {
  let end = 0;
  return Uint32Array.from(
    COUNTS.flatMap((count, answer) => {
      const start = end + CONTEXT[answer]!;
      end = start + count;
      return [start, count, CONTEXT[answer]!];
    }),
  );
}

/** Sum of an answer's losses; with its context those that the likelihood counts. */
function sumOf(losses: Float64Array, answer: number, withContext = false): number {
  const [start, count, context] = sequencesOf().subarray(SEQUENCE_NUMBERS * answer);
  const first = start! - (withContext ? context! : 0);
  return losses.subarray(first, start! + count!).reduce((a, b) => a + b, 0);
}

/** The scaled loss of a batch in float64. */
function batchLoss(id: PairObjectiveId, losses: Float64Array, references: ArrayLike<number>): number {
  return pairsOf(id, losses, references).reduce((sum, { loss }) => sum + SCALES.loss * loss, 0);
}

function pairsOf(
  id: PairObjectiveId,
  losses: Float64Array,
  references: ArrayLike<number>,
): { loss: number; chosen: number; rejected: number }[] {
  return Array.from({ length: COUNTS.length / 2 }, (_, pair) => {
    const [chosen, rejected] = [2 * pair, 2 * pair + 1];
    if (COUNTS[chosen] === 0) return { loss: 0, chosen: 0, rejected: 0 };
    const objective = objectiveOf(id);
    const judged = judgePair(id, objective, {
      policy: [-sumOf(losses, chosen), -sumOf(losses, rejected)],
      reference: [references[chosen]!, references[rejected]!],
      tokens: [COUNTS[chosen]!, COUNTS[rejected]!],
    });
    const likelihood = (objective.likelihood * SCALES.likelihood * sumOf(losses, chosen, true)) / SCALES.loss;
    return { ...judged, loss: judged.loss + likelihood };
  });
}

const STEP = Float32Array.of(0, SCALES.loss, SCALES.likelihood);

function lossCase(id: PairObjectiveId, variants: Variants): RegisteredCase {
  const name = `preferenceLoss ${id} (${variants} variants)`;
  const trace = (): { graph: Graph; measures: Value; gradient: Value } => {
    const graph = new Graph();
    const inputs = [
      graph.input("losses", f32(ROWS)),
      graph.input("sequences", u32(COUNTS.length, SEQUENCE_NUMBERS)),
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
    const slopes = centralDifference((x) => batchLoss(id, x, references), exact).subarray(0, USED);
    expectClose(got.gradient!.subarray(0, USED), slopes, 2e-6, `${name}: gradient`);
  };
  return { name, trace: () => trace().graph, check };
}

/** KTO's labels; the third answer is padding. */
const GOOD = Uint32Array.of(1, 0, 0, 1);
const UNPAIRED = { compares: "labels", beta: 0.7, desirable: 1.3, undesirable: 0.6 } as const;

/** @param moves how much likelier the other answers are than under the reference, on average */
function unpairedCase(moves: number, variants: Variants): RegisteredCase {
  const name = `unpairedLoss, moved ${moves} (${variants} variants)`;
  const trace = (): { graph: Graph; measures: Value; gradient: Value } => {
    const graph = new Graph();
    const inputs = [
      graph.input("losses", f32(ROWS)),
      graph.input("sequences", u32(COUNTS.length, SEQUENCE_NUMBERS)),
      graph.input("references", f32(COUNTS.length)),
      graph.input("good", u32(GOOD.length)),
      graph.input("step", f32(3)),
    ];
    const attrs = { ...UNPAIRED, scaleIndex: 1 };
    const [measures, gradient] = graph.applyAll(unpairedLoss, inputs, attrs) as [Value, Value];
    return { graph, measures, gradient };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const losses = normal(ROWS, 5, 0.8).map(Math.abs);
    const exact = Float64Array.from(losses);
    const references = normal(COUNTS.length, 6, 2).map((x, answer) =>
      Math.fround(-sumOf(exact, answer) + x - (answer % 2 === 1 ? moves : 0)),
    );
    const { graph, ...wanted } = trace();
    const leaves = { losses, sequences: sequencesOf(), references, good: GOOD, step: STEP };
    const got = await runGraph(gpu, graph, wanted, { leaves }, variantTuning(gpu, variants));
    const present = [0, 1, 3];
    // The estimate of how far the policy has moved is not differentiated, so its answers stay as they are.
    const judge = (values: Float64Array, others = exact) =>
      judgeLabelled(
        UNPAIRED,
        present.map((pair) => ({
          policy: -sumOf(values, 2 * pair),
          reference: references[2 * pair]!,
          other: { policy: -sumOf(others, 2 * pair + 1), reference: references[2 * pair + 1]! },
          good: GOOD[pair] === 1,
        })),
      );
    const { losses: expected, moved } = judge(exact);
    expectClose([Math.sign(moved)], [Math.sign(moves)], 0, `${name}: direction`);
    const measures = GOOD.reduce<number[]>((all, good, pair) => {
      const index = present.indexOf(pair);
      if (index < 0) return [...all, 0, 0, 0, 0];
      const ratio = -sumOf(exact, 2 * pair) - references[2 * pair]!;
      const reward = UNPAIRED.beta * ratio;
      const isRight = ratio > Math.max(0, moved) === (good === 1) ? 1 : 0;
      return [...all, expected[index]!, good ? reward : 0, good ? 0 : reward, isRight];
    }, []);
    expectClose(got.measures!, Float64Array.from(measures), 2e-6, `${name}: measures`);
    const total = (x: Float64Array): number =>
      judge(x).losses.reduce((sum, loss) => sum + SCALES.loss * loss, 0);
    const slopes = centralDifference(total, exact);
    // Rows of no answer are not written: here those before an answer.
    const written = COUNTS.flatMap((count, answer) => {
      const start = sequencesOf()[SEQUENCE_NUMBERS * answer]!;
      return Array.from({ length: count }, (_, token) => start + token);
    });
    const at = (values: ArrayLike<number>) => written.map((row) => values[row]!);
    expectClose(at(got.gradient!), at(slopes), 4e-6, `${name}: gradient`);
  };
  return { name, trace: () => trace().graph, check };
}

/** Through a head whose logits are recomputed with a scale per row: gradients of h and of a trainable head. */
function headCase(trained: boolean, variants: Variants): RegisteredCase {
  const [hidden, vocabulary, id] = [8, 37, "dpo"] as const;
  const name = `preferenceLoss through a ${trained ? "trained" : "frozen"} head (${variants} variants)`;
  const head = storedMatrix(vocabulary, hidden, "f32", vocabulary);
  const labels = Uint32Array.from({ length: ROWS }, (_, row) =>
    row < USED ? (row * 7) % vocabulary : 0xffffffff,
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
    const answers = [
      graph.input("sequences", u32(COUNTS.length, SEQUENCE_NUMBERS)),
      graph.input("references", f32(COUNTS.length)),
    ];
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
  ...PAIR_IDS.map((id) => lossCase(id, "software")),
  lossCase("dpo", "barriers"),
  ...PAIR_IDS.map((id) => lossCase(id, "gpu")),
  unpairedCase(2, "software"),
  unpairedCase(-2, "software"),
  unpairedCase(2, "barriers"),
  unpairedCase(2, "gpu"),
  headCase(false, "software"),
  headCase(true, "software"),
];

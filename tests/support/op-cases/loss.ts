import type { Gpu } from "../../../src/engine/gpu/device";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { linearCrossEntropy } from "../../../src/engine/ops/linear-cross-entropy";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { crossEntropyReference } from "../reference/loss";
import { runGraph } from "../run-graph";
import { storedMatrix, type StoredMatrix } from "../stored-matrix";
import { type RegisteredCase, type Variants, variantTuning } from "./case";

const PADDING = 0xffffffff;
const SCALE = 0.125;

interface LossShape {
  readonly rows: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly chunkRows: number;
  readonly shardRows?: number;
  /** Standard deviation of the hidden states; large ones yield logits whose exponentials overflow. */
  readonly spread?: number;
}

function trace(shape: LossShape, head: StoredMatrix, withGradient: boolean): { graph: Graph; loss: Value } {
  const graph = new Graph();
  const h = graph.parameter("h", f32(shape.rows, shape.hidden));
  const inputs = [h, graph.input("labels", u32(shape.rows)), graph.input("step", f32(2))];
  const attrs = { weight: head.ref, lowRank: false, chunkRows: shape.chunkRows, scaleIndex: 1, withGradient };
  const [loss] = graph.applyAll(linearCrossEntropy, inputs, attrs) as [Value];
  if (withGradient) differentiate(graph, loss, loss);
  return { graph, loss };
}

/** Labels over the whole vocabulary, including both ends, with some ignored rows. */
function labelsOf({ rows, vocabulary }: LossShape): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => {
    if (row % 5 === 3) return PADDING;
    return row === 0 ? vocabulary - 1 : (row * 7) % vocabulary;
  });
}

/** Losses and the gradients of h and of the head, in float64. */
function reference(
  { rows, hidden, vocabulary }: LossShape,
  h: Float32Array,
  head: StoredMatrix,
  labels: Uint32Array,
): { losses: Float64Array; dh: Float64Array; dw: Float64Array } {
  const logits = new Float64Array(rows * vocabulary);
  logits.forEach((_, i) => {
    const [row, column] = [Math.floor(i / vocabulary), i % vocabulary];
    for (let p = 0; p < hidden; p++) logits[i]! += h[row * hidden + p]! * head.values[column * hidden + p]!;
  });
  const { losses, gradient } = crossEntropyReference(logits, labels, SCALE);
  const dh = new Float64Array(rows * hidden);
  const dw = new Float64Array(vocabulary * hidden);
  dw.forEach((_, i) => {
    const [c, p] = [Math.floor(i / hidden), i % hidden];
    for (let row = 0; row < rows; row++) dw[i]! += gradient[row * vocabulary + c]! * h[row * hidden + p]!;
  });
  dh.forEach((_, i) => {
    const [row, p] = [Math.floor(i / hidden), i % hidden];
    for (let c = 0; c < vocabulary; c++)
      dh[i]! += gradient[row * vocabulary + c]! * head.values[c * hidden + p]!;
  });
  return { losses, dh, dw };
}

function lossCase(shape: LossShape, variants: Variants): RegisteredCase {
  const { rows, hidden, vocabulary, shardRows = vocabulary, spread = 0.3 } = shape;
  const size = `${rows}x${hidden} to ${vocabulary}, shards of ${shardRows}, chunks of ${shape.chunkRows}`;
  const name = `linearCrossEntropy ${size}, spread ${spread} (${variants} variants)`;
  const head = (): StoredMatrix => storedMatrix(vocabulary, hidden, "f32", shardRows);
  const check = async (gpu: Gpu): Promise<void> => {
    const h = normal(rows * hidden, 3, spread);
    const labels = labelsOf(shape);
    const data = { leaves: { h, labels, step: Float32Array.of(0, SCALE) }, weights: { weight: head() } };
    const tuning = variantTuning(gpu, variants);
    const { losses, dh } = reference(shape, h, head(), labels);
    const train = trace(shape, head(), true);
    const wanted = { losses: train.loss, dh: train.graph.gradient("h", f32(rows, hidden)) };
    const got = await runGraph(gpu, train.graph, wanted, data, tuning);
    expectClose(got.losses!, losses, 2e-6, `${name}: losses`);
    expectClose(got.dh!, dh, 5e-6, `${name}: gradient`);
    const evaluate = trace(shape, head(), false);
    const only = await runGraph(gpu, evaluate.graph, { losses: evaluate.loss }, data, tuning);
    expectClose(only.losses!, losses, 2e-6, `${name}: losses alone`);
  };
  return { name, trace: () => trace(shape, head(), true).graph, check };
}

/** The same with a trainable head, checking its gradient. */
function trainedHeadCase(shape: LossShape, variants: Variants): RegisteredCase {
  const { rows, hidden, vocabulary, chunkRows } = shape;
  const name = `linearCrossEntropy ${rows}x${hidden} to a trained ${vocabulary}, chunks of ${chunkRows} (${variants} variants)`;
  const trace = (): { graph: Graph; loss: Value } => {
    const graph = new Graph();
    const [h, w] = [graph.parameter("h", f32(rows, hidden)), graph.parameter("w", f32(vocabulary, hidden))];
    const inputs = [h, graph.input("labels", u32(rows)), graph.input("step", f32(2)), w];
    const attrs = { weight: null, lowRank: false, chunkRows, scaleIndex: 1, withGradient: true };
    const [loss] = graph.applyAll(linearCrossEntropy, inputs, attrs) as [Value];
    differentiate(graph, loss, loss);
    return { graph, loss };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const head = storedMatrix(vocabulary, hidden, "f32", vocabulary);
    const h = normal(rows * hidden, 3, 0.3);
    const labels = labelsOf(shape);
    const { graph, loss } = trace();
    const wanted = {
      losses: loss,
      dh: graph.gradient("h", f32(rows, hidden)),
      dw: graph.gradient("w", f32(vocabulary, hidden)),
    };
    const leaves = { h, w: Float32Array.from(head.values), labels, step: Float32Array.of(0, SCALE) };
    const got = await runGraph(gpu, graph, wanted, { leaves }, variantTuning(gpu, variants));
    const { losses, dh, dw } = reference(shape, h, head, labels);
    expectClose(got.losses!, losses, 2e-6, `${name}: losses`);
    expectClose(got.dh!, dh, 5e-6, `${name}: gradient of h`);
    expectClose(got.dw!, dw, 5e-6, `${name}: gradient of W`);
  };
  return { name, trace: () => trace().graph, check };
}

/** The same with a rank-r update of the head: logits (h Wᵀ + low upᵀ), and all four gradients. */
function updatedHeadCase(
  shape: LossShape,
  rank: number,
  trained: boolean,
  variants: Variants,
): RegisteredCase {
  const { rows, hidden, vocabulary, chunkRows } = shape;
  const name = `linearCrossEntropy ${rows}x${hidden} to a ${trained ? "trained" : "frozen"} ${vocabulary} with rank ${rank}, chunks of ${chunkRows} (${variants} variants)`;
  const head = storedMatrix(vocabulary, hidden, "f32", vocabulary);
  const trace = (): { graph: Graph; loss: Value } => {
    const graph = new Graph();
    const h = graph.parameter("h", f32(rows, hidden));
    const update = [graph.parameter("low", f32(rows, rank)), graph.parameter("up", f32(vocabulary, rank))];
    const own = trained ? [graph.parameter("w", f32(vocabulary, hidden))] : [];
    const inputs = [h, graph.input("labels", u32(rows)), graph.input("step", f32(2)), ...own, ...update];
    const weight = trained ? null : head.ref;
    const attrs = { weight, lowRank: true, chunkRows, scaleIndex: 1, withGradient: true };
    const [loss] = graph.applyAll(linearCrossEntropy, inputs, attrs) as [Value];
    differentiate(graph, loss, loss);
    return { graph, loss };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const h = normal(rows * hidden, 3, 0.3);
    const [low, up] = [normal(rows * rank, 4, 0.5), normal(vocabulary * rank, 5, 0.5)];
    const labels = labelsOf(shape);
    const { graph, loss } = trace();
    const wanted = {
      losses: loss,
      dh: graph.gradient("h", f32(rows, hidden)),
      dlow: graph.gradient("low", f32(rows, rank)),
      dup: graph.gradient("up", f32(vocabulary, rank)),
      ...(trained ? { dw: graph.gradient("w", f32(vocabulary, hidden)) } : {}),
    };
    const w = Float32Array.from(head.values);
    const leaves = { h, low, up, labels, step: Float32Array.of(0, SCALE), ...(trained ? { w } : {}) };
    const data = trained ? { leaves } : { leaves, weights: { weight: head } };
    const got = await runGraph(gpu, graph, wanted, data, variantTuning(gpu, variants));
    // Equivalent to a single head: [h low] [W up]ᵀ.
    const joined = sideBySide(h, low, rows);
    const whole = { ...head, values: sideBySide(head.values, up, vocabulary) };
    const expected = reference({ ...shape, hidden: hidden + rank }, joined, whole, labels);
    const [dh, dlow] = cut(expected.dh, hidden, rank);
    const [dw, dup] = cut(expected.dw, hidden, rank);
    expectClose(got.losses!, expected.losses, 2e-6, `${name}: losses`);
    expectClose(got.dh!, dh, 5e-6, `${name}: gradient of h`);
    expectClose(got.dlow!, dlow, 5e-6, `${name}: gradient of low`);
    expectClose(got.dup!, dup, 5e-6, `${name}: gradient of up`);
    if (trained) expectClose(got.dw!, dw, 5e-6, `${name}: gradient of W`);
  };
  return { name, trace: () => trace().graph, check };
}

/** Concatenates two matrices of `rows` rows by column. */
function sideBySide(left: Float32Array, right: Float32Array, rows: number): Float32Array<ArrayBuffer> {
  const [a, b] = [left.length / rows, right.length / rows];
  return Float32Array.from({ length: rows * (a + b) }, (_, i) => {
    const [row, column] = [Math.floor(i / (a + b)), i % (a + b)];
    return column < a ? left[row * a + column]! : right[row * b + column - a]!;
  });
}

/** Splits a matrix into its first `a` and remaining `b` columns. */
function cut(matrix: Float64Array, a: number, b: number): [Float64Array, Float64Array] {
  const isLeft = (index: number): boolean => index % (a + b) < a;
  return [matrix.filter((_, i) => isLeft(i)), matrix.filter((_, i) => !isLeft(i))];
}

export const lossCases: readonly RegisteredCase[] = [
  lossCase({ rows: 64, hidden: 4, vocabulary: 2, chunkRows: 64 }, "software"),
  lossCase({ rows: 128, hidden: 8, vocabulary: 37, chunkRows: 64 }, "software"),
  lossCase({ rows: 64, hidden: 12, vocabulary: 261, chunkRows: 64, shardRows: 64 }, "software"),
  lossCase({ rows: 64, hidden: 8, vocabulary: 100, chunkRows: 64, spread: 40 }, "software"),
  lossCase({ rows: 64, hidden: 8, vocabulary: 41, chunkRows: 64 }, "barriers"),
  lossCase({ rows: 64, hidden: 4, vocabulary: 101, chunkRows: 64 }, "gpu"),
  lossCase({ rows: 64, hidden: 4, vocabulary: 2060, chunkRows: 64 }, "gpu"),
  trainedHeadCase({ rows: 128, hidden: 8, vocabulary: 37, chunkRows: 64 }, "software"),
  trainedHeadCase({ rows: 128, hidden: 12, vocabulary: 101, chunkRows: 64 }, "gpu"),
  updatedHeadCase({ rows: 128, hidden: 8, vocabulary: 37, chunkRows: 64 }, 3, false, "software"),
  updatedHeadCase({ rows: 128, hidden: 8, vocabulary: 44, chunkRows: 64 }, 4, true, "gpu"),
];

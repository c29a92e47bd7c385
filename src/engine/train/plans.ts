import { type AdapterState, PARAMETER_ALIGNMENT } from "../adapters/adapter-state";
import type { AdapterHooks, GraphMode } from "../nn/hooks";
import { differentiate, type DifferentiateOptions } from "../transform/autodiff";
import { Graph } from "../graph/graph";
import type { Plan } from "../graph/plan";
import { makePlan } from "../transform/make-plan";
import { f32, u32, type Value } from "../graph/value";
import { buildDecoder, idsInput } from "../models/decoder";
import { buildEncoderDecoder } from "../models/encoder-decoder";
import type { ModelShape } from "../models/loaded-model";
import { blockAttention } from "../nn/attention";
import { applyHeadLoss, type Attend, type BuildContext } from "../nn/context";
import { broadcastBatch } from "../ops/broadcast-batch";
import { concatRows } from "../ops/concat-rows";
import { gatherRows } from "../ops/gather-rows";
import { PAIR_MEASURES, type PairObjective, preferenceLoss, SEQUENCE_NUMBERS } from "../ops/preference-loss";
import { reduceSum, sumSquares } from "../ops/reduce-sum";
import { adamw, BLOCK_WORDS, stepMetrics } from "../ops/adamw";
import { addSquares, maskGradients } from "../ops/flat-gradients";
import { sumRows } from "../ops/sum-rows";
import { unpairedLoss } from "../ops/unpaired-loss";
import type { BatchShape } from "./batch-inputs";
import type { AnswerObjective } from "./objectives";
import { pairLengths } from "./pair-inputs";
import { learningRateFactors } from "./optimizer-state";
import { applyDropout, STEP_SCALARS, stepScalarsInput } from "../nn/step-scalars";

/** The adapter and the element count of its flat buffers: all that planning needs. */
export type AdapterShape = Pick<AdapterState, "adapter" | "length">;

/** State with the sum of unscaled losses over supervised tokens. */
export const LOSS_SUM = "loss_sum";

/** State with the sums of {@link PAIR_MEASURES} over pairs of answers. */
export const PAIR_SUMS = "pair_sums";

/** Options of a pass. */
export interface BatchOptions extends DifferentiateOptions {
  /** Whether to apply the base model's dropout during training. */
  readonly baseDropout?: boolean;
  /** The loss on answers that are better or worse; absent: cross-entropy. */
  readonly objective?: AnswerObjective | undefined;
}

/**
 * Plans a forward pass over a batch that accumulates its loss; in "train" mode also the backward pass, which
 * accumulates gradients.
 */
export function planBatch(
  model: ModelShape,
  state: AdapterShape,
  shape: BatchShape,
  mode: GraphMode,
  { baseDropout = false, objective, ...backward }: BatchOptions = {},
): Plan {
  const { context, hidden } = traceForward(model, state, shape, mode, baseDropout);
  const { graph } = context;
  const tokens = tokenLosses(context, model, hidden, shape, mode === "train" && !objective);
  const loss = objective ? pairMeasures(graph, tokens, shape.rows, objective) : tokens;
  if (objective) graph.applyInto(sumRows, [loss], {}, graph.state(PAIR_SUMS, f32(PAIR_MEASURES.length)));
  else graph.applyInto(reduceSum, [loss], {}, graph.state(LOSS_SUM, f32(1)));
  if (mode === "train") differentiate(graph, loss, loss, backward);
  return makePlan(graph, {}, model.tuning);
}

/** Cross-entropy of each supervised token, unscaled (S). */
function tokenLosses(
  context: BuildContext,
  model: ModelShape,
  hidden: Value,
  shape: BatchShape,
  withGradient: boolean,
): Value {
  const { graph } = context;
  const rows = graph.apply(gatherRows, [hidden, graph.input("label_rows", u32(shape.labels))], {});
  const labels = graph.input("labels", u32(shape.labels));
  return applyHeadLoss(context, model.spec, [rows, labels, stepScalarsInput(graph)], {
    scaleIndex: STEP_SCALARS.lossScale,
    withGradient,
  });
}

/** Unscaled measures of each pair of rows (pairs, {@link PAIR_MEASURES}). */
function pairMeasures(graph: Graph, tokens: Value, rows: number, objective: AnswerObjective): Value {
  const sequences = graph.input("sequences", u32(rows, SEQUENCE_NUMBERS));
  const inputs = [tokens, sequences, graph.input("references", f32(rows))];
  const scales = { scaleIndex: STEP_SCALARS.lossScale, likelihoodIndex: STEP_SCALARS.likelihoodScale };
  const [measures] =
    objective.compares === "pairs"
      ? graph.applyAll(preferenceLoss, [...inputs, stepScalarsInput(graph)], { ...objective, ...scales })
      : graph.applyAll(
          unpairedLoss,
          [...inputs, graph.input("good", u32(rows / 2)), stepScalarsInput(graph)],
          { ...objective, scaleIndex: STEP_SCALARS.lossScale },
        );
  return measures as Value;
}

/** The reward of this objective is an answer's log-probability. */
const LOG_PROBABILITY: PairObjective = {
  compares: "pairs",
  shader: "cpo",
  beta: 1,
  labelSmoothing: 0,
  gamma: 0,
  likelihood: 0,
  learnsPrompt: false,
};

/** Plans a forward pass whose output `measures` has the log-probabilities of pairs of answers as rewards. */
export function planLogProbabilities(model: ModelShape, state: AdapterShape, shape: BatchShape): Plan {
  const { context, hidden } = traceForward(model, state, shape, "infer");
  const tokens = tokenLosses(context, model, hidden, shape, false);
  const measures = pairMeasures(context.graph, tokens, shape.rows, LOG_PROBABILITY);
  return makePlan(context.graph, { measures }, model.tuning);
}

/** Traces a forward pass in a new graph, up to the head's input (rows · T', width). */
export function traceForward(
  model: ModelShape,
  state: AdapterShape,
  shape: BatchShape,
  mode: GraphMode,
  baseDropout = false,
): { readonly context: BuildContext; readonly hidden: Value } {
  const graph = new Graph();
  const adapter = state.adapter.hooks(graph, mode);
  const shares = mode === "train" && baseDropout ? model.spec.dropout : undefined;
  const context: BuildContext = {
    graph,
    weights: model.weights,
    adapter,
    rows: shape.rows,
    ...(shares && { dropout: { shares, passesBefore: 0 } }),
    attend: fullAttention(graph, model, adapter.prefix?.bind(adapter), shape.rows),
  };
  return { context, hidden: buildHidden(context, model, shape) };
}

function buildHidden(context: BuildContext, { spec }: ModelShape, shape: BatchShape): Value {
  if (spec.encoder) return buildEncoderDecoder(context, spec, pairLengths(shape));
  const { rows, length } = shape;
  return buildDecoder(context, spec, length, idsInput(context, rows * length));
}

type PrefixHook = NonNullable<AdapterHooks["prefix"]>;

/** Attention within the batch, with the adapter's prefix keys and values prepended to each row. */
function fullAttention(
  graph: Graph,
  model: ModelShape,
  prefix: PrefixHook | undefined,
  rows: number,
): Attend {
  return (layer, q, k, v, bias, dropout) => {
    const front = prefix?.(layer);
    const withFront = (part: "key" | "value", text: Value): Value => {
      if (!front) return text;
      const spread = graph.apply(broadcastBatch, [front[part]], { batch: rows });
      const site = 2 * layer + (part === "key" ? 0 : 1);
      return graph.apply(concatRows, [applyDropout(graph, spread, front.dropout, site), text], {});
    };
    return blockAttention(graph, model.spec, layer, {
      q,
      key: withFront("key", k),
      value: withFront("value", v),
      prefix: front?.key.type.shape[0] ?? 0,
      bias,
      dropout,
    });
  };
}

/** AdamW hyperparameters and the gradient clipping norm (0 disables it). */
export interface UpdateOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly maxGradNorm: number;
}

/** State names of the flat buffers. */
export const FLAT = { parameters: "parameters", gradients: "gradients", m: "m", v: "v" } as const;

/** Plans the optimizer step over the flat buffers: gradient norm, metrics, clipping, AdamW. */
function planUpdate(model: ModelShape, state: AdapterShape, options: UpdateOptions): Plan {
  const graph = new Graph();
  state.adapter.penalty?.(graph);
  const flat = (name: string): Value => graph.state(name, f32(state.length));
  const gradients = flat(FLAT.gradients);
  const blocks = graph.state("blocks", u32((state.length / PARAMETER_ALIGNMENT) * BLOCK_WORDS));
  if (state.adapter.selection) graph.applyAll(maskGradients, [gradients, blocks], {});
  const [norm] = graph.applyAll(sumSquares, [gradients], {}) as [Value];
  graph.applyAll(stepMetrics, [norm, graph.state("metrics", f32(4))], {});
  const inputs = [
    flat(FLAT.parameters),
    gradients,
    flat(FLAT.m),
    flat(FLAT.v),
    blocks,
    graph.state("groupTable", f32(learningRateFactors(state.adapter).length, 2)),
    stepScalarsInput(graph),
    norm,
  ];
  graph.applyAll(adamw, inputs, {
    ...options,
    learningRateIndex: STEP_SCALARS.learningRate,
    beta1CorrectionIndex: STEP_SCALARS.beta1Correction,
    beta2CorrectionIndex: STEP_SCALARS.beta2Correction,
  });
  return makePlan(graph, {}, model.tuning);
}

/**
 * Plans the accumulation of squared gradients (importance scores) in the second moments, which are unused before the
 * first step.
 */
function planSquares(model: ModelShape, state: AdapterShape): Plan {
  const graph = new Graph();
  const flat = (name: string): Value => graph.state(name, f32(state.length));
  graph.applyAll(addSquares, [flat(FLAT.gradients), flat(FLAT.v)], {});
  return makePlan(graph, {}, model.tuning);
}

/** Options that a run's plans depend on. */
export interface PlanOptions extends UpdateOptions {
  /** Shapes of training batches. */
  readonly shapes: readonly BatchShape[];
  /** Shapes of validation batches. */
  readonly evaluationShapes: readonly BatchShape[];
  /**
   * Recomputes each block in the backward pass instead of keeping its activations: less memory, about a third more
   * compute.
   */
  readonly gradientCheckpointing?: boolean;
  /** Applies the base model's dropout during training, but not when scoring importance. */
  readonly baseDropout?: boolean;
  /** The loss on answers that are better or worse; absent: cross-entropy of single ones. */
  readonly objective?: AnswerObjective | undefined;
}

/** All plans of a run. */
export interface TrainingPlans {
  readonly train: readonly ShapedPlan[];
  readonly evaluate: readonly ShapedPlan[];
  readonly update: Plan;
  /** For adapters that score the importance of their elements on single texts before selecting what trains. */
  readonly importance: { readonly text: ShapedPlan; readonly squares: Plan } | null;
}

/** A plan for batches of one shape. */
export interface ShapedPlan {
  readonly shape: BatchShape;
  readonly plan: Plan;
}

/** Plans a run; nothing is allocated. */
export function planTraining(model: ModelShape, state: AdapterShape, options: PlanOptions): TrainingPlans {
  const recompute = options.gradientCheckpointing === true;
  const plan =
    (mode: GraphMode, baseDropout = false) =>
    (shape: BatchShape) => ({
      shape,
      plan: planBatch(model, state, shape, mode, { recompute, baseDropout, objective: options.objective }),
    });
  const text = textShape(state, options);
  return {
    train: options.shapes.map(plan("train", options.baseDropout)),
    evaluate: options.evaluationShapes.map(plan("infer")),
    update: planUpdate(model, state, options),
    importance: text && { text: plan("train")(text), squares: planSquares(model, state) },
  };
}

/** Single-text batch shape with the longest length; null if the adapter scores no importance. */
function textShape({ adapter }: AdapterShape, { shapes }: PlanOptions): BatchShape | null {
  if (!adapter.selection?.samples) return null;
  const length = Math.max(...shapes.map((shape) => shape.length));
  return { rows: 1, length, labels: 64 * Math.ceil(length / 64) };
}

/** Flattens all plans of a run. */
export function listPlans({ train, evaluate, update, importance }: TrainingPlans): Plan[] {
  const scoring = importance ? [importance.text.plan, importance.squares] : [];
  return [...[...train, ...evaluate].map(({ plan }) => plan), update, ...scoring];
}

import { defined, invariant } from "../../lib/invariant";
import { type AdapterState, layOutParameters } from "../adapters/adapter-state";
import type { Adapter, HostTensor } from "../adapters/common/method";
import type { Gpu } from "../gpu/device";
import { Ownership } from "../gpu/ownership";
import { readBytes, ReadbackRing } from "../gpu/readback";
import { retryWithoutBroken } from "../gpu/pipelines";
import { SlotPool } from "../gpu/slot-pool";
import { type BufferResolver, Program } from "../graph/program";
import type { PreferenceReport } from "../../shared/run-history";
import type { ModelSpec } from "../nn/model-spec";
import { PAIR_MEASURES } from "../ops/preference-loss";
import type { LoadedModel } from "../models/loaded-model";
import {
  batchInputs,
  countLabels,
  countPairs,
  isPairBatch,
  type TrainingBatch,
  type VirtualLengths,
} from "./batch-inputs";
import { type FrozenBits, type FrozenMask, packFrozen, unpackFrozen } from "./frozen";
import type { AnswerObjective } from "./objectives";
import { OptimizerState } from "./optimizer-state";
import { listPlans, planTraining, type PlanOptions } from "./plans";
import { lossScalars, mixSeed, packStepScalars } from "../nn/step-scalars";
import { buildPrograms, findProgram, type TrainerPrograms, trainingLeaf } from "./trainer-programs";

/** Options that are fixed for a run. */
export interface TrainerOptions extends PlanOptions {
  readonly weightDecay: number;
}

/** AdamW hyperparameters (PyTorch's defaults). */
export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** A mean loss, and the measures of an objective on pairs. */
export interface Evaluation {
  /** Per supervised token, or per pair. */
  readonly loss: number;
  readonly preference?: PreferenceReport;
}

/** Metrics of an optimizer step over the accumulated batch, read back asynchronously. */
export interface StepMetrics extends Evaluation {
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
  /** False if the gradient was not finite; the step was then skipped. */
  readonly finite: boolean;
  readonly supervisedTokens: number;
}

const METRICS_BYTES = 16;
const LOSS_BYTES = 4 * PAIR_MEASURES.length;
const RING_DEPTH = 3;

/** Size of a trainer's staging buffers. */
export const READBACK_BYTES = RING_DEPTH * (METRICS_BYTES + LOSS_BYTES);

/** Resumable state of a trainer. Arrays are flat, in the adapter's layout. */
export interface TrainerSnapshot {
  /** Optimizer steps completed. */
  readonly step: number;
  /** Steps of earlier runs whose moments were adopted; defaults to 0. */
  readonly earlierSteps?: number;
  readonly parameters: Float32Array<ArrayBuffer>;
  /** AdamW's moments. */
  readonly m: Float32Array<ArrayBuffer>;
  readonly v: Float32Array<ArrayBuffer>;
  /** Elements frozen by a selection; absent before it. */
  readonly frozen?: FrozenBits;
}

/** AdamW moments by parameter, and the number of steps they account for. */
export interface Moments {
  readonly steps: number;
  readonly m: ReadonlyMap<string, HostTensor>;
  readonly v: ReadonlyMap<string, HostTensor>;
  /** Elements frozen by a selection; null before it. */
  readonly frozen: ReadonlyMap<string, FrozenMask> | null;
}

/**
 * Trains one adapter. All programs (one per batch shape, one for the update) are built up front. A step only writes
 * inputs and submits; its metrics are read back while later steps run.
 */
export class Trainer {
  readonly #gpu: Gpu;
  readonly #spec: ModelSpec;
  readonly #state: AdapterState;
  readonly #options: TrainerOptions;
  readonly #optimizer: OptimizerState;
  readonly #programs: TrainerPrograms;
  readonly #parts: Ownership;
  readonly #metrics: ReadbackRing;
  readonly #losses: ReadbackRing;
  #step = 0;
  #earlierSteps = 0;
  #frozen: FrozenBits | null = null;

  private constructor(parts: TrainerParts) {
    this.#gpu = parts.model.gpu;
    this.#spec = parts.model.spec;
    this.#state = parts.state;
    this.#options = parts.options;
    this.#optimizer = parts.optimizer;
    this.#programs = parts.programs;
    this.#parts = parts.ownership;
    const ring = (sizeBytes: number): ReadbackRing =>
      parts.ownership.own(new ReadbackRing(parts.model.gpu, sizeBytes, RING_DEPTH));
    this.#metrics = ring(METRICS_BYTES);
    this.#losses = ring(LOSS_BYTES);
  }

  /** Plans, allocates and compiles everything a run needs. Errors: out of memory; partial allocations are freed. */
  static create(model: LoadedModel, state: AdapterState, options: TrainerOptions): Promise<Trainer> {
    return retryWithoutBroken(model.pipelines, () => Trainer.#build(model, state, options));
  }

  static async #build(model: LoadedModel, state: AdapterState, options: TrainerOptions): Promise<Trainer> {
    const { gpu, pipelines } = model;
    const plans = planTraining(model, state, options);
    return Ownership.build((ownership) =>
      gpu.allocating({ kind: "training" }, async () => {
        const slotBytes = listPlans(plans).map((plan) => plan.slotBytes);
        const pool = ownership.own(new SlotPool(gpu, slotBytes));
        const optimizer = ownership.own(new OptimizerState(gpu, state, options.weightDecay));
        const resolver: BufferResolver = {
          weight: (name, shard) => model.weights.shardBuffer(name, shard),
          leaf: (value) => trainingLeaf(model, state, optimizer, value),
        };
        const programs = await buildPrograms(plans, async (plan) =>
          ownership.own(await Program.create(gpu, pipelines, plan, pool, resolver)),
        );
        return new Trainer({ model, state, options, optimizer, programs, ownership });
      }),
    );
  }

  get adapter(): Adapter {
    return this.#state.adapter;
  }

  /** Optimizer steps completed. */
  get stepCount(): number {
    return this.#step;
  }

  /** Whether the adapter has selected its trainable elements. */
  get hasSelection(): boolean {
    return this.#frozen !== null;
  }

  /**
   * Submits one optimizer step accumulated over `batches`; the loss is divided once by all their supervised tokens, or
   * pairs.
   * Resolves when the GPU has finished it; submit the next step without awaiting.
   */
  step(batches: readonly TrainingBatch[], learningRate: number, seed: number): Promise<StepMetrics> {
    const { beta1, beta2 } = this.#options;
    const virtual = this.#state.adapter;
    const supervisedTokens = batches.reduce((sum, batch) => sum + countLabels(batch, virtual), 0);
    const terms = sumTerms(batches.map((batch) => lossTerms(batch, virtual)));
    this.#step++;
    this.#optimizer.beginStep();
    const adamStep = this.#earlierSteps + this.#step;
    const scalars = (microStep: number, batch?: TrainingBatch): Float32Array<ArrayBuffer> =>
      packStepScalars({
        seed: mixSeed(seed, this.#step, microStep),
        ...lossScales(batch, virtual, terms.total),
        learningRate,
        beta1Correction: 1 - beta1 ** adamStep,
        beta2Correction: 1 - beta2 ** adamStep,
      });
    batches.forEach((batch, index) => {
      const { program, shape } = findProgram(this.#programs.train, batch);
      program.run({ ...batchInputs(batch, shape, virtual, this.#spec), step: scalars(index, batch) });
    });
    this.#programs.update.run({ step: scalars(0) });
    return this.#readMetrics(supervisedTokens, terms);
  }

  /** Reads back the state needed to resume exactly from here, including all steps submitted so far. */
  async snapshot(): Promise<TrainerSnapshot> {
    const [step, earlierSteps] = [this.#step, this.#earlierSteps];
    const [parameters, m, v] = await Promise.all(
      this.#flatBuffers().map((buffer) =>
        readBytes(this.#gpu, { buffer, offsetBytes: 0, sizeBytes: this.#state.length * 4 }),
      ),
    );
    const flat = (bytes: ArrayBuffer | undefined): Float32Array<ArrayBuffer> =>
      new Float32Array(defined(bytes, "a flat buffer"));
    const frozen = this.#frozen && { frozen: this.#frozen };
    return { step, earlierSteps, parameters: flat(parameters), m: flat(m), v: flat(v), ...frozen };
  }

  /** Restores parameters, moments and step count from a snapshot. */
  restore({ step, earlierSteps = 0, parameters, m, v, frozen }: TrainerSnapshot): void {
    [parameters, m, v].forEach((values, index) => {
      invariant(values.length === this.#state.length, "a snapshot is of an adapter of the same size");
      this.#gpu.device.queue.writeBuffer(defined(this.#flatBuffers()[index], "buffer"), 0, values);
    });
    this.#step = step;
    this.#earlierSteps = earlierSteps;
    this.#freeze(frozen ?? null);
  }

  /** Reads back the adapter's current parameters. */
  parameters(): Promise<Map<string, HostTensor>> {
    return this.#state.read();
  }

  /** Reads back the current AdamW moments, which a later run may {@link adopt}. */
  async moments(): Promise<Moments> {
    const steps = this.#earlierSteps + this.#step;
    const { m, v } = this.#optimizer;
    const frozen = this.#frozen && unpackFrozen(layOutParameters(this.adapter).places, this.#frozen);
    const [first, second] = await Promise.all([this.#state.read(m), this.#state.read(v)]);
    return { steps, m: first, v: second, frozen };
  }

  /**
   * Starts from the moments of an earlier run. Errors: parameters do not match.
   *
   * @param ownSteps how many of their steps are this run's own, which then goes on behind them
   */
  adopt({ steps, m, v, frozen }: Moments, ownSteps = 0): void {
    this.#state.write(m, this.#optimizer.m);
    this.#state.write(v, this.#optimizer.v);
    this.#step = ownSteps;
    this.#earlierSteps = steps - ownSteps;
    const { places, length } = layOutParameters(this.adapter);
    this.#freeze(frozen && packFrozen(places, length, frozen));
  }

  /** Mean loss per supervised token, or pair, over `batches`, without dropout and without gradients. */
  async evaluate(batches: Iterable<TrainingBatch>): Promise<Evaluation> {
    const virtual = this.#state.adapter;
    const terms: LossTerms[] = [];
    this.#optimizer.beginStep();
    for (const batch of batches) {
      terms.push(lossTerms(batch, virtual));
      const { lossScale, likelihoodScale } = lossScales(batch, virtual, 1);
      const step = lossScalars(lossScale, likelihoodScale);
      const { program, shape } = findProgram(this.#programs.evaluate, batch);
      program.run({ ...batchInputs(batch, shape, virtual, this.#spec), step });
    }
    return evaluation(await this.#readLoss(), sumTerms(terms), this.#options.objective);
  }

  /** Length of the single-text batches of {@link addImportance}. */
  get textLength(): number {
    return this.#programs.importance?.text.shape.length ?? 0;
  }

  /**
   * Accumulates the squared gradients of a text's mean loss in the second moments, from which a selection before the
   * first step reads its importance scores. Resolves when the GPU has finished.
   */
  async addImportance(text: TrainingBatch): Promise<void> {
    const { text: run, squares } = defined(this.#programs.importance, "importance programs");
    const virtual = this.#state.adapter;
    this.#optimizer.beginStep();
    const step = lossScalars(1 / Math.max(1, countLabels(text, virtual)));
    run.program.run({ ...batchInputs(text, run.shape, virtual, this.#spec), step });
    squares.run({});
    await this.#readLoss();
  }

  /** Dispatches of a forward and backward pass of the first shape. */
  get dispatches(): number {
    return this.#programs.train[0]?.program.dispatches ?? 0;
  }

  /** Frees programs, slots and optimizer state, but not the adapter's parameters. */
  destroy(): void {
    this.#parts.destroy();
  }

  #freeze(frozen: FrozenBits | null): void {
    this.#frozen = frozen;
    this.#optimizer.freeze(frozen);
  }

  #flatBuffers(): readonly GPUBuffer[] {
    return [this.#state.buffer, this.#optimizer.m, this.#optimizer.v];
  }

  async #readMetrics(supervisedTokens: number, terms: LossTerms): Promise<StepMetrics> {
    const { metrics } = this.#optimizer;
    const [sums, bytes] = await Promise.all([
      this.#readLoss(),
      this.#metrics.read({ buffer: metrics, offsetBytes: 0, sizeBytes: METRICS_BYTES }),
    ]);
    const [gradNorm = NaN, nonFinite = 1] = new Float32Array(bytes);
    const measured = evaluation(sums, terms, this.#options.objective);
    const finite = nonFinite === 0 && Number.isFinite(measured.loss);
    return { ...measured, gradNorm, finite, supervisedTokens };
  }

  async #readLoss(): Promise<Float32Array> {
    const { lossSum } = this.#optimizer;
    const bytes = await this.#losses.read({ buffer: lossSum, offsetBytes: 0, sizeBytes: LOSS_BYTES });
    return new Float32Array(bytes);
  }
}

/** Terms whose mean is the loss, pairs of answers or supervised tokens; and answers whose mean is each reward. */
interface LossTerms {
  readonly total: number;
  readonly chosen: number;
  readonly rejected: number;
}

function lossTerms(batch: TrainingBatch, virtual: VirtualLengths): LossTerms {
  if (!isPairBatch(batch)) return { total: countLabels(batch, virtual), chosen: 0, rejected: 0 };
  const { pairs, good } = countPairs(batch, virtual);
  if (!batch.good) return { total: pairs, chosen: pairs, rejected: pairs };
  return { total: pairs, chosen: good, rejected: pairs - good };
}

function sumTerms(terms: readonly LossTerms[]): LossTerms {
  const sum = (key: keyof LossTerms): number => terms.reduce((total, term) => total + term[key], 0);
  return { total: sum("total"), chosen: sum("chosen"), rejected: sum("rejected") };
}

/**
 * Weights of a loss's terms in a mean over `total`. The cross-entropy that objectives on pairs add is a mean over the
 * tokens of each batch, as in TRL, and weighs as much as the batch's pairs.
 */
function lossScales(
  batch: TrainingBatch | undefined,
  virtual: VirtualLengths,
  total: number,
): { readonly lossScale: number; readonly likelihoodScale: number } {
  const lossScale = 1 / Math.max(1, total);
  if (!batch || !isPairBatch(batch)) return { lossScale, likelihoodScale: 0 };
  const { pairs, likelihoodTokens } = countPairs(batch, virtual);
  return { lossScale, likelihoodScale: (pairs * lossScale) / Math.max(1, likelihoodTokens) };
}

function evaluation(
  [lossSum = NaN, chosenSum = NaN, rejectedSum = NaN, rightSum = NaN]: Float32Array,
  { total, chosen, rejected }: LossTerms,
  objective: AnswerObjective | undefined,
): Evaluation {
  const loss = lossSum / Math.max(1, total);
  if (!objective) return { loss };
  const preference = {
    chosenReward: chosen > 0 ? chosenSum / chosen : null,
    rejectedReward: rejected > 0 ? rejectedSum / rejected : null,
    accuracy: rightSum / Math.max(1, total),
  };
  return { loss, preference };
}

interface TrainerParts {
  readonly model: LoadedModel;
  readonly state: AdapterState;
  readonly options: TrainerOptions;
  readonly optimizer: OptimizerState;
  readonly programs: TrainerPrograms;
  readonly ownership: Ownership;
}

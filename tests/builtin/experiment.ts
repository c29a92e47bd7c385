import { encodeRow } from "../../src/data/encode/encode-row";
import { type BatchList, orderedBatches, rowSizes } from "../../src/data/batch/batches";
import { batchLengths } from "../../src/data/batch/lengths";
import { promptIds } from "../../src/data/shape/conversation";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { expertValues } from "../../src/engine/adapters/composed/experts";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import { Generator } from "../../src/engine/generate/generator";
import type { BatchShape } from "../../src/engine/train/batch-inputs";
import { trainingLoop } from "../../src/engine/train/loop";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { makeRng } from "../../src/lib/rng";
import { defaultValues, type FieldValues } from "../../src/shared/fields";
import { defaultGeneration } from "../../src/shared/generation";
import { type Expert, type MethodId, methodSpecs } from "../../src/shared/methods";
import { alpacaRow } from "../../src/shared/rows";
import { trainingFields, type TrainingOptions } from "../../src/shared/training";
import { batchShapes, countRowLabels } from "../../src/worker/batch-shapes";
import { planTrainingData, type TrainingData } from "../../src/worker/training-data";
import { type HeldOut, type OpenModel, readHeldOut, readRows, type Sample } from "./built-in";

/** A method with its options on a sample dataset, as the page would run it. */
export interface Experiment {
  readonly model: OpenModel;
  readonly adapter: Adapter;
  readonly training: TrainingOptions;
  readonly data: TrainingData;
  /** The trained adapters that the method builds on. */
  readonly experts: readonly TrainedExpert[];
  /** The held-out rows. */
  readonly heldOut: { readonly batches: BatchList; readonly shapes: readonly BatchShape[] };
}

/** An expert adapter with its tensors, by file name. */
export interface TrainedExpert extends Expert {
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** The result of a run. */
export interface Outcome {
  /** Losses on the held-out rows: at the start and in between if requested, and at the end. */
  readonly losses: readonly number[];
  readonly seconds: number;
  /** Milliseconds per step; on a software GPU CPU time, since the CPU does the work. */
  readonly stepMs: number;
  /** Tokens trained on, excluding padding. */
  readonly tokens: number;
}

/**
 * Binds a method with the page's defaults, overridden by `own`, and plans its run.
 *
 * @throws LuthierError if the method does not support the model
 */
export function planExperiment(
  model: OpenModel,
  sample: Sample,
  method: MethodId,
  own: FieldValues = {},
  experts: readonly TrainedExpert[] = [],
): Experiment {
  const { fields, learningRate } = methodSpecs[method];
  const training = {
    ...defaultValues(trainingFields),
    learningRate: learningRate.default,
    ...own,
  } as unknown as TrainingOptions;
  const adapter = methods[method].bind({ ...defaultValues(fields), ...own }, model.engine.spec, experts);
  const encode = (rows: ReturnType<typeof readRows>) =>
    rows.map((row) => encodeRow(row, "chat", model.tokenizer, training.maxLength));
  const data = planTrainingData(encode(readRows(sample)), training, adapter);
  const rows = encode(readHeldOut(sample).map(alpacaRow));
  const sizes = rowSizes(rows);
  const batches = orderedBatches(rows, training.batchSize, batchLengths([...sizes]), sizes);
  const places = Array.from({ length: batches.length }, (_, index) => ({ list: batches, index }));
  const shapes = batchShapes(places, training.batchSize, {
    labels: countRowLabels(rows, adapter),
    pairs: null,
  });
  return { model, adapter, training, data, experts, heldOut: { batches, shapes } };
}

/** The initial adapter, drawn from the run's seed. */
export async function startState(experiment: Experiment): Promise<AdapterState> {
  const { model, adapter, training, data, experts } = experiment;
  const { engine, tokenizer } = model;
  const random = makeRng(training.seed, data.trainRows);
  const tokenize = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  const values = expertValues(experts.map(({ tensors }) => tensors));
  const context = initContext(engine.tensors, random, tokenize, values);
  return AdapterState.of(engine.gpu, adapter, await initialValues(adapter, context));
}

/** Creates a trainer for the run's batches and the held-out rows. */
export function makeTrainer(
  { model, training, data, heldOut }: Experiment,
  state: AdapterState,
): Promise<Trainer> {
  return Trainer.create(model.engine, state, {
    shapes: data.shapes,
    evaluationShapes: heldOut.shapes,
    weightDecay: training.weightDecay,
    maxGradNorm: training.maxGradNorm,
    ...adamDefaults,
  });
}

/** Steps that are not timed, since the driver still compiles pipelines during them. */
const UNTIMED_STEPS = 3;

/**
 * Trains `state` to the end of the run.
 *
 * @param measurements of the held-out loss before the last one; 0 measures only at the end
 */
export async function runExperiment(
  experiment: Experiment,
  state: AdapterState,
  measurements: number,
): Promise<Outcome> {
  const { training, data, heldOut } = experiment;
  const started = performance.now();
  const trainer = await makeTrainer(experiment, state);
  const clock = stepClock(experiment.model);
  const plan = {
    ...training,
    totalSteps: data.totalSteps,
    batches: data.batches,
    epoch: data.epoch,
    validation: heldOut.batches,
    ...(measurements > 0 ? {} : { validatedStep: 0 }),
    validateEvery: measurements > 0 ? Math.ceil(data.totalSteps / measurements) : 0,
  };
  let tokens = 0;
  let [timedFrom, timedTo] = [0, 0];
  const losses: number[] = [];
  try {
    for await (const report of trainingLoop(trainer, plan)) {
      if (report.type === "validation") losses.push(report.loss);
      if (report.type !== "step") continue;
      tokens += data.tokens(report.step - 1);
      if (report.step <= UNTIMED_STEPS) timedFrom = clock();
      timedTo = clock();
    }
  } finally {
    trainer.destroy();
  }
  const stepMs = (timedTo - timedFrom) / Math.max(1, data.totalSteps - UNTIMED_STEPS);
  return { losses, seconds: (performance.now() - started) / 1000, stepMs, tokens };
}

/** A clock of the work of steps: CPU time on a software GPU, so that other programs do not count. */
function stepClock({ engine }: OpenModel): () => number {
  if (!engine.gpu.info.software) return () => performance.now();
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}

/** Percentage of held-out prompts whose greedy answer passes its check; of the base model if `state` is null. */
export async function scoreAnswers(
  { engine, tokenizer }: OpenModel,
  state: AdapterState | null,
  prompts: readonly HeldOut[],
): Promise<number> {
  const generator = await Generator.create(engine, state, 256);
  const options = { ...defaultGeneration, maxNewTokens: 40 };
  let passed = 0;
  for (const { instruction, check } of prompts) {
    const { ids, endIds } = promptIds([{ role: "user", content: instruction }], "chat", tokenizer);
    const answer: number[] = [];
    for await (const id of generator.generate(ids, options, endIds, makeRng(0))) answer.push(id);
    const text = tokenizer.decode(answer, { skipSpecialTokens: true });
    if (process.env.SHOW) console.log(`  ${instruction} -> ${text}`);
    if (passes(text, check)) passed++;
  }
  generator.destroy();
  return Math.round((100 * passed) / prompts.length);
}

function passes(text: string, check: HeldOut["check"]): boolean {
  if (check.kind === "regex") return new RegExp(check.value).test(text);
  if (check.kind === "json") return hasKeys(text, check.keys);
  return text.toLowerCase().includes(check.value.toLowerCase());
}

function hasKeys(text: string, keys: readonly string[]): boolean {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === "object" && parsed !== null && keys.every((key) => key in parsed);
  } catch {
    return false;
  }
}

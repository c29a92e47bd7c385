import type { EncodedRow } from "../data/encode/encode-row";
import type { Adapter } from "../engine/adapters/common/method";
import { linearLayers } from "../engine/nn/model-spec";
import type { LoadedModel } from "../engine/models/loaded-model";
import { declaredWeights, predictTrainingMemory, type TrainingMemory } from "../engine/train/memory";
import { quantisedDtype } from "../engine/weights/nf4-source";
import type { TensorDtype } from "../engine/weights/tensor-source";
import { cancelled, LuthierError } from "../lib/errors";
import { defined } from "../lib/invariant";
import type { FitChange, TrainingForecast } from "../shared/forecast";
import { QLORA } from "../shared/model";
import type { RunConfig, TrainingOptions } from "../shared/training";
import type { EncodedRows } from "./encoded-rows";
import { type PredictBytes, suggestChanges } from "./fit";
import { type RunSetup, setUpRun, trainerOptions } from "./run-setup";
import type { AdapterHost } from "./kept-adapter";
import { type OtherRows, planTrainingData, type TrainingData } from "./training-data";

/** Inputs of a forecast. */
export interface ForecastRequest {
  readonly config: RunConfig;
  readonly budgetBytes: number;
  /** GPU bytes in use that a run would not free, excluding the model's weights. */
  readonly otherBytes: number;
}

/**
 * Plans a run as training would and reports its memory and compute, without allocating anything. Yields to other
 * commands between plans; throws "cancelled" when `signal` aborts.
 */
export async function forecastTraining(
  session: AdapterHost,
  encoded: EncodedRows,
  { config, budgetBytes, otherBytes: others }: ForecastRequest,
  signal: AbortSignal,
): Promise<TrainingForecast> {
  const { engine } = session.model;
  const setup = await setUpRun(session, encoded, config, signal);
  const { adapter, training, data } = setup;
  const memory = predictTrainingMemory(engine, adapter, trainerOptions(training, data, setup.objective));
  const total = memory.total + others;
  const { maxBindingBytes } = engine.gpu.info;
  return {
    memory: { ...toForecastMemory(memory), others, total },
    oversizedBytes: memory.largestBinding > maxBindingBytes ? memory.largestBinding : null,
    totalSteps: data.totalSteps,
    trainRows: data.trainRows,
    mixedRows: data.mixedRows,
    flops: runFlops(memory, data),
    changes: total > budgetBytes ? await fitChanges(engine, setup, budgetBytes - others, signal) : [],
  };
}

/** Changes that bring a run below `budgetBytes`, with the memory each would need. */
export async function fitChanges(
  engine: LoadedModel,
  { adapter, rows, others, training, data, objective }: RunSetup,
  budgetBytes: number,
  signal?: AbortSignal,
): Promise<FitChange[]> {
  const splitsAnswers = engine.spec.encoder !== undefined;
  const predict: PredictBytes = async (changed) => {
    await yieldToEventLoop();
    if (signal?.aborted) throw cancelled();
    if (objective?.compares === "labels" && changed.batchSize < 2) return null;
    const { validation, mixed } = others;
    const cutOthers = {
      validation: validation ? cutRows(validation, changed.maxLength) : null,
      mixed: mixed ? cutRows(mixed, changed.maxLength) : null,
    };
    const planned = planOrNull(cutRows(rows, changed.maxLength), changed, adapter, splitsAnswers, cutOthers);
    if (!planned) return null;
    // The largest shape determines the shared memory, so planning it alone suffices. With an encoder the longest rows
    // are not necessarily the largest shape.
    const shapes = splitsAnswers ? planned.shapes : planned.shapes.slice(0, 1);
    const options = { ...trainerOptions(changed, planned, objective), shapes, evaluationShapes: [] };
    return predictTrainingMemory(engine, adapter, options).total;
  };
  const longest = data.shapes[0]?.length ?? training.maxLength;
  const asIs = { ...training, maxLength: Math.min(training.maxLength, longest) };
  const changes = await suggestChanges(asIs, predict, budgetBytes);
  const quantised = quantisedChange(engine, { adapter, training, data, objective }, budgetBytes);
  if (quantised) changes.push(quantised);
  return changes.sort((a, b) => Number(b.fits) - Number(a.fits));
}

/** The same run with the model loaded in 4 bits, or null if that saves nothing. */
function quantisedChange(
  { spec, tuning, tensors, weights, gpu }: LoadedModel,
  { adapter, training, data, objective }: Pick<RunSetup, "adapter" | "training" | "data" | "objective">,
  budgetBytes: number,
): FitChange | null {
  const layers = new Set(linearLayers(spec).map(({ path }) => `${path}.weight`));
  const dtypeOf = (name: string): TensorDtype => {
    const { dtype } = defined(tensors.get(name), `tensor ${name}`);
    return layers.has(name) ? quantisedDtype(dtype, QLORA) : dtype;
  };
  const smaller = declaredWeights(spec, dtypeOf, gpu.info.maxBindingBytes);
  if (smaller.sizeBytes >= weights.sizeBytes) return null;
  const options = trainerOptions(training, data, objective);
  const totalBytes = predictTrainingMemory({ spec, tuning, weights: smaller }, adapter, options).total;
  return {
    kind: "quantization",
    options: {},
    quantization: QLORA,
    totalBytes,
    fits: totalBytes <= budgetBytes,
  };
}

/** Rows truncated as under a smaller maximum length. */
function cutRows(rows: readonly EncodedRow[], maxLength: number): EncodedRow[] {
  return rows.map((row) => {
    const isShort = ({ ids }: Pick<EncodedRow, "ids">): boolean => ids.length <= maxLength;
    if (isShort(row) && (!row.rejected || isShort(row.rejected))) return row;
    const answers = [row, ...(row.rejected ? [row.rejected] : [])].map(({ ids, supervised }) => ({
      ids: ids.subarray(0, maxLength),
      supervised: supervised.subarray(0, maxLength),
    }));
    const [chosen, rejected] = answers;
    const excluded = answers.every(({ supervised }) => supervised.subarray(1).includes(1))
      ? row.excluded
      : ({ code: "data/question-fills-row", maxLength } as const);
    return { ...row, ...chosen, ...(rejected && { rejected }), excluded };
  });
}

const TOO_SHORT: ReadonlySet<string> = new Set([
  "data/nothing-to-train",
  "data/nothing-to-validate",
  "data/nothing-to-mix",
]);

function planOrNull(
  rows: readonly EncodedRow[],
  training: TrainingOptions,
  adapter: Adapter,
  splitsAnswers: boolean,
  others: OtherRows,
): TrainingData | null {
  try {
    return planTrainingData(rows, training, adapter, splitsAnswers, others);
  } catch (error) {
    // Too short for any row to keep a label: this change is not offered.
    if (error instanceof LuthierError && TOO_SHORT.has(error.problem.code)) return null;
    throw error;
  }
}

/** FLOPs of the whole run. Lengths that a short run never reaches have no plan; their batches count as the average. */
function runFlops({ flopsByLength }: TrainingMemory, data: TrainingData): number {
  let [planned, batchesInAll, flops] = [0, 0, 0];
  for (const { length, batches } of data.runLengths()) {
    batchesInAll += batches;
    const perBatch = flopsByLength.get(length);
    if (perBatch === undefined) continue;
    planned += batches;
    flops += batches * perBatch;
  }
  return planned > 0 ? (flops / planned) * batchesInAll : 0;
}

function toForecastMemory(memory: TrainingMemory): Omit<TrainingForecast["memory"], "others" | "total"> {
  const { weights, slots, adapter, optimizer, inputs, uniforms, readback } = memory;
  return { weights, activations: slots, adapter, optimizer, inputs: inputs + uniforms + readback };
}

function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

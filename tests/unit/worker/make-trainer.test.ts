import "fake-indexeddb/auto";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import { AdapterState } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { declareWeights } from "../../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { predictTrainingMemory } from "../../../src/engine/train/memory";
import { LuthierError } from "../../../src/lib/errors";
import { defaultValues } from "../../../src/shared/fields";
import type { Quantization } from "../../../src/shared/model";
import { trainingFields, type RunConfig, type TrainingOptions } from "../../../src/shared/training";
import type { ActiveModel } from "../../../src/worker/active";
import { fitChanges } from "../../../src/worker/forecast";
import { makeTrainer } from "../../../src/worker/make-trainer";
import { type RunSetup, trainerOptions } from "../../../src/worker/run-setup";
import { Session } from "../../../src/worker/session";
import { planTrainingData } from "../../../src/worker/training-data";
import { createNullGpu } from "../../support/gpu";
import { fixedTuning } from "../../support/run-graph";

const config = {
  model_type: "llama",
  vocab_size: 301,
  hidden_size: 32,
  intermediate_size: 64,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 4,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
};
const spec = describeModel(config);
const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;

/** Rows of 64 tokens, the second half supervised. */
const rows: EncodedRow[] = Array.from({ length: 32 }, () => ({
  ids: new Uint32Array(64),
  supervised: Uint8Array.from({ length: 64 }, (_, i) => Number(i >= 32)),
  fullLength: 64,
  hasEnd: true,
  isEndCut: false,
  notes: NO_NOTES,
  excluded: null,
}));

function setUp(changes: Partial<TrainingOptions>): RunSetup {
  const training = { ...defaults, validationSplit: 0, ...changes };
  const adapter = methods.lora.bind({ r: 4 }, spec);
  const config: RunConfig = {
    datasetId: "rows",
    modelId: "model",
    templateId: "chat",
    continueFrom: null,
    method: { id: "lora", options: { r: 4 } },
    training,
  };
  return { config, adapter, rows, others: {}, training, data: planTrainingData(rows, training, adapter) };
}

/** The model with all weights at zero. */
function load(quantization: Quantization | null): Promise<LoadedModel> {
  const files = declareWeights(spec).map(({ name, shape }) => {
    const read = (start: number, end: number) => Promise.resolve(new Uint8Array(end - start));
    return [name, { name, dtype: "F32" as const, shape, read }] as const;
  });
  const pipelines = new PipelineCache(gpu);
  return loadModel(config, new Map(files), { gpu, pipelines, tuning: fixedTuning(gpu), quantization });
}

/** A device that computes nothing, with a binding limit of 100 kB. */
let gpu: Gpu;
let engine: LoadedModel;
beforeAll(async () => {
  vi.stubGlobal("navigator", { gpu: createNullGpu() });
  gpu = await Gpu.open(createNullGpu(), { maxBindingBytes: 100_000 });
  engine = await load(null);
});
afterAll(() => {
  gpu.close();
  vi.unstubAllGlobals();
});

let session: Session;
beforeEach(() => {
  session = new Session(() => undefined);
  session.setModel({ engine } as ActiveModel);
});

test("a run that does not fit reports its memory, and what changes would save", async () => {
  const setup = setUp({ batchSize: 8 });
  const state = new AdapterState(gpu, setup.adapter);
  const before = gpu.usage.bytes;
  const error: unknown = await makeTrainer(session, setup, state).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LuthierError);
  const { code, what, advice } = error as LuthierError;
  expect(code).toBe("out-of-memory");
  expect(what).toMatch(/needs \d+ MB/);
  expect(advice).toMatch(/set Batch size to 2 and Gradient accumulation to 4 \(\d+ MB\)/i);
  expect(advice).toMatch(/turn on Gradient checkpointing \(\d+ MB\)/i);
  expect(gpu.usage.bytes).toBe(before);

  const lighter = setUp({ batchSize: 2, gradientAccumulation: 4, gradientCheckpointing: true });
  const trainer = await makeTrainer(session, lighter, state);
  trainer.destroy();
  state.destroy();
});

test("every change saves what it promises", async () => {
  const setup = setUp({ batchSize: 8 });
  const changes = await fitChanges(engine, setup, 0);
  const kinds = ["batch", "checkpointing", "length", "quantization", "together"];
  expect(changes.map(({ kind }) => kind).sort()).toEqual(kinds);
  for (const { kind, options, totalBytes } of changes) {
    if (kind === "quantization") continue;
    const changed = { ...setup.training, ...options };
    const cut = rows.map((row) => ({
      ...row,
      ids: row.ids.slice(0, changed.maxLength),
      supervised: row.supervised.slice(0, changed.maxLength),
    }));
    const planned = trainerOptions(changed, planTrainingData(cut, changed, setup.adapter));
    expect(totalBytes).toBe(predictTrainingMemory(engine, setup.adapter, planned).total);
  }
});

test("loading the model in NF4 takes the predicted memory", async () => {
  const setup = setUp({ batchSize: 2 });
  const changes = await fitChanges(engine, setup, 0);
  const { totalBytes, quantization } = changes.find(({ kind }) => kind === "quantization")!;
  const quantised = await load(quantization!);
  const options = trainerOptions(setup.training, setup.data);
  expect(totalBytes).toBe(predictTrainingMemory(quantised, setup.adapter, options).total);
  expect((await fitChanges(quantised, setup, 0)).map(({ kind }) => kind)).not.toContain("quantization");
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { canPack, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenFamilies,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeGradients } from "../support/gradients";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

const TOLERANCE = 1e-4;
/** Length of the packed row, three more than the texts need. */
const PACKED_LENGTH = 20;

/** Texts packed into a single row, with padding at the end. */
function packed(texts: readonly Int32Array[]): TrainingBatch {
  const ids = new Uint32Array(PACKED_LENGTH);
  const supervised = new Uint8Array(PACKED_LENGTH);
  let start = 0;
  const segments = texts.map((text) => {
    const segment = { start, length: text.length };
    ids.set(text, start);
    supervised.fill(1, start, start + text.length);
    start += text.length;
    return segment;
  });
  return { rows: 1, length: PACKED_LENGTH, ids, supervised, segments: [segments] };
}

/** One text per row, right-padded to the longest. */
function padded(texts: readonly Int32Array[]): TrainingBatch {
  const length = Math.max(...texts.map((text) => text.length));
  const ids = new Uint32Array(texts.length * length);
  const supervised = new Uint8Array(texts.length * length);
  texts.forEach((text, row) => {
    ids.set(text, row * length);
    supervised.fill(1, row * length, row * length + text.length);
  });
  const segments = texts.map((text) => [{ start: 0, length: text.length }]);
  return { rows: texts.length, length, ids, supervised, segments };
}

async function packingTexts(family: string) {
  const tensors = await readTensors(family, "base.safetensors");
  const text = (index: number) => tensors.get(`packing.${index}.input_ids`)!.data as Int32Array;
  const logits = [0, 1].flatMap((index) => Array.from(tensors.get(`packing.${index}.logits`)!.data));
  return { texts: [text(0), text(1)], logits };
}

/** Families that support packing: an encoder reads one text per row. */
const families = goldenFamilies().filter((family) => {
  const spec = describeModel(readJson(family, "config.json"));
  return canPack(spec, { promptLength: 0, prefixLength: 0 }, PACKED_LENGTH);
});

describe.each(families)("%s", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test("gives packed texts the logits that each has alone", async () => {
    const { texts, logits } = await packingTexts(family);
    // A LoRA of zeros equals the base model.
    const adapter = bindCase(model, family, "lora");
    const state = new AdapterState(gpu, adapter);
    const actual = await computeLogits(model, state, packed(texts));
    expectClose(actual.slice(0, logits.length), logits, TOLERANCE, "logits of the packed row");
    expect(actual.slice(logits.length).every((value) => value === 0)).toBe(true);
    state.destroy();
  });
});

test.each([
  ["llama", "lora"],
  ["gpt2", "lora_all"],
  ["qwen2", "prefix"],
])("%s with %s has the same loss and gradients from packed and padded rows", async (family, name) => {
  const model = await loadGoldenModel(gpu, family);
  const { texts } = await packingTexts(family);
  const adapter = bindCase(model, family, name);
  const state = goldenState(gpu, adapter, await readTensors(family, name, "golden.safetensors"));
  const batches = [packed(texts), padded(texts)] as const;
  const shapes = batches.map(({ rows, length }) => ({ rows, length, labels: 64 }));
  const trainer = await Trainer.create(model, state, {
    shapes,
    evaluationShapes: shapes,
    weightDecay: 0,
    maxGradNorm: 0,
    ...adamDefaults,
  });
  const losses = [await trainer.evaluate([batches[0]]), await trainer.evaluate([batches[1]])];
  expectClose([losses[0]!.loss], [losses[1]!.loss], TOLERANCE, "loss");
  const fromPacked = await computeGradients(model, state, batches[0]);
  for (const [parameter, { data }] of await computeGradients(model, state, batches[1])) {
    expect(
      data.some((value) => value !== 0),
      parameter,
    ).toBe(true);
    expectClose(fromPacked.get(parameter)!.data, data, TOLERANCE, `gradient of ${parameter}`);
  }
  trainer.destroy();
  state.destroy();
  model.weights.destroy();
});

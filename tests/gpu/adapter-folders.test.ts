import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdapterState, initContext } from "../../src/engine/adapters/adapter-state";
import { adapterFromFolder, withBaseInit } from "../../src/engine/adapters/from-folder";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { peftFiles } from "../../src/export/peft";
import { bytesSource } from "../../src/formats/byte-source";
import { readPeftFolder } from "../../src/formats/peft-folder";
import { makeRng } from "../../src/lib/rng";
import { expectClose } from "../support/compare";
import { type GoldenTensor, loadGoldenModel, readJson, readTensors, under } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";

/** Adapters as written by different PEFT versions and users, with PEFT's results. */
interface Adapters {
  readonly ids: readonly number[];
  /** Number of ids the encoder reads; the decoder generates the others. */
  readonly prompt: number;
  readonly cases: readonly SavedAdapter[];
}

interface SavedAdapter {
  readonly name: string;
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of the last position. */
  readonly logits: readonly number[];
}

const { ids, prompt, cases } = readJson<Adapters>("adapters.json");

const TOLERANCE = 1e-4;

let gpu: Gpu;
let tensors: ReadonlyMap<string, GoldenTensor>;
beforeAll(async () => {
  gpu = await sharedTestGpu();
  tensors = await readTensors("adapters.safetensors");
});

const batch = (splits: boolean): TrainingBatch => ({
  rows: 1,
  length: ids.length,
  ids: Uint32Array.from(ids),
  supervised: Uint8Array.from(ids, (_, at) => (splits && at >= prompt ? 1 : 0)),
  segments: [[{ start: 0, length: ids.length }]],
});

/** The model's logits of the last position. */
async function lastLogits(model: LoadedModel, state: AdapterState): Promise<Float32Array> {
  const splits = model.spec.encoder !== undefined;
  const all = await computeLogits(model, state, batch(splits));
  const last = splits ? ids.length - prompt - 1 : ids.length - 1;
  const { vocabularySize } = model.spec;
  return all.subarray(last * vocabularySize, (last + 1) * vocabularySize);
}

describe.each([...new Set(cases.map(({ family }) => family))])("%s reads what PEFT reads of", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  const own = cases.filter((one) => one.family === family).map((one) => [one.name, one] as const);
  test.each(own)("%s", async (name, { config, logits }) => {
    const context = initContext(model.tensors, makeRng(0), () => []);
    const found = adapterFromFolder({ config, tensors: under(tensors, name) }, model.spec);
    const { adapter, values } = await withBaseInit(found, context);
    const state = AdapterState.of(gpu, adapter, values);
    expectClose(await lastLogits(model, state), logits, TOLERANCE, "logits");
    state.destroy();

    // Our export is yet another form of the same adapter.
    const files = peftFiles(adapter, values, "base");
    const folder = await readPeftFolder([...files].map(([path, bytes]) => bytesSource(path, bytes)));
    const again = adapterFromFolder(folder, model.spec);
    const exported = AdapterState.of(gpu, again.adapter, again.values);
    expectClose(await lastLogits(model, exported), logits, TOLERANCE, "logits of the export");
    exported.destroy();
  });
});

test("the cases' adapters change the logits", () => {
  expect(new Set(cases.map(({ logits }) => logits[0])).size).toBeGreaterThan(cases.length / 2);
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { AdapterState, initContext } from "../../src/engine/adapters/adapter-state";
import { adapterFromFolder, withBaseInit } from "../../src/engine/adapters/from-folder";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { type ByteSource, bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { readPeftFolder } from "../../src/formats/peft-folder";
import { makeRng } from "../../src/lib/rng";
import { baseAdapter } from "../support/base-adapter";
import { expectClose } from "../support/compare";
import { goldenRoot, loadGoldenModel } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

const CASES = "tests/golden/cases";

/** Logits of the last position, from transformers and PEFT. */
const { ids, logits } = JSON.parse(readFileSync(join(CASES, "expected-logits.json"), "utf8")) as {
  readonly ids: readonly number[];
  readonly logits: Readonly<Record<string, readonly number[]>>;
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

async function lastLogits(model: LoadedModel, state: AdapterState): Promise<Float32Array> {
  const all = await computeLogits(model, state, {
    rows: 1,
    length: ids.length,
    ids: Uint32Array.from(ids),
    supervised: new Uint8Array(ids.length),
    segments: [[{ start: 0, length: ids.length }]],
  });
  return all.subarray((ids.length - 1) * model.spec.vocabularySize);
}

/** All files below a folder, by relative path. */
function filesOf(folder: string): ByteSource[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return bytesSource(path.slice(folder.length + 1), readFileSync(path));
    });
}

describe("adapters found in the wild", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, "llama");
  });
  afterAll(() => model.weights.destroy());

  const folders = ["plain", "pissa", "rank_braces", "no_alpha_key", "default_in_keys", "trainer_out"];
  test.each(folders)("%s", async (name) => {
    const folder = await readPeftFolder(filesOf(join(CASES, "adapters", name)));
    const found = adapterFromFolder(folder, model.spec);
    const context = initContext(model.tensors, makeRng(0), () => []);
    const { adapter, values } = await withBaseInit(found, context);
    const state = AdapterState.of(gpu, adapter, values);
    expectClose(await lastLogits(model, state), logits[name]!, 1e-4, "logits");
    state.destroy();
  });
});

describe("models found in the wild", () => {
  const names = ["model_both_rope", "model_theta_beside_nested", "model_tied_flag_both_present"];
  test.each(names)("%s", async (name) => {
    const weights = readFileSync(join(goldenRoot, "llama", "model.safetensors"));
    const config: unknown = JSON.parse(readFileSync(join(CASES, "models", `${name}.json`), "utf8"));
    const model = await loadModel(
      config as Record<string, unknown>,
      await openWeights([bytesSource("model.safetensors", weights)]),
      { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) },
    );
    const state = new AdapterState(gpu, baseAdapter);
    expectClose(await lastLogits(model, state), logits[name]!, 1e-4, "logits");
    state.destroy();
    model.weights.destroy();
  });
});

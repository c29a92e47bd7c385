import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import type { StoredTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { openWeights } from "../../src/formats/model-weights";
import { LuthierError } from "../../src/lib/errors";
import { baseAdapter } from "../support/base-adapter";
import { expectClose } from "../support/compare";
import { readJson } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** Golden models with modified configurations, with transformers' results. */
interface Variants {
  readonly ids: readonly number[];
  /** Number of ids the encoder reads; the decoder generates the others. */
  readonly prompt: number;
  readonly cases: readonly Variant[];
}

interface Variant {
  readonly name: string;
  readonly family: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly [source: string, reversed: boolean]>>;
  readonly missing?: readonly string[];
  /** Of the last position; null if transformers raises an error. */
  readonly logits: readonly number[] | null;
}

const COMMITTED = "tests/golden";
const { ids, prompt, cases } = JSON.parse(readFileSync(join(COMMITTED, "configs.json"), "utf8")) as Variants;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

const TOLERANCE = 1e-4;

/** The model's logits of the last position. */
async function lastLogits(model: LoadedModel): Promise<Float32Array> {
  const state = new AdapterState(gpu, baseAdapter);
  const splits = model.spec.encoder !== undefined;
  const all = await computeLogits(model, state, batch(splits));
  state.destroy();
  const last = splits ? ids.length - prompt - 1 : ids.length - 1;
  const { vocabularySize } = model.spec;
  return all.subarray(last * vocabularySize, (last + 1) * vocabularySize);
}

/** The tensor with its rows in reverse. */
function reversed(tensor: StoredTensor): StoredTensor {
  const [rows = 0, columns = 0] = tensor.shape;
  return {
    ...tensor,
    async read(start, end) {
      const all = new Float32Array(Uint8Array.from(await tensor.read(0, 4 * rows * columns)).buffer);
      const turned = all.map(
        (_, at) => all[(rows - 1 - Math.floor(at / columns)) * columns + (at % columns)]!,
      );
      return new Uint8Array(turned.buffer).slice(start, end);
    },
  };
}

async function filesOf({
  family,
  extra = {},
  missing = [],
}: Variant): Promise<ReadonlyMap<string, StoredTensor>> {
  const bytes = readFileSync(join(COMMITTED, family, "model.safetensors"));
  const stored = await openWeights([bytesSource("model.safetensors", bytes)]);
  const added = Object.entries(extra).map(([name, [source, turn]]) => {
    const tensor = stored.get(source)!;
    return [name, turn ? reversed(tensor) : tensor] as const;
  });
  return new Map([...stored, ...added].filter(([name]) => !missing.includes(name)));
}

function configOf({ family, change, without = [] }: Variant): Record<string, unknown> {
  const kept = Object.entries(readJson<object>(family, "config.json")).filter(
    ([key]) => !without.includes(key),
  );
  return { ...Object.fromEntries(kept), ...change };
}

const batch = (splits: boolean): TrainingBatch => ({
  rows: 1,
  length: ids.length,
  ids: Uint32Array.from(ids),
  supervised: Uint8Array.from(ids, (_, at) => (splits && at >= prompt ? 1 : 0)),
  segments: [[{ start: 0, length: ids.length }]],
});

test.each(cases.map((variant) => [variant.name, variant] as const))("%s", async (_, variant) => {
  const options = { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) };
  const loading = loadModel(configOf(variant), await filesOf(variant), options);
  if (!variant.logits) {
    const error: unknown = await loading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LuthierError);
    expect((error as LuthierError).code).toBe("model");
    return;
  }
  const model = await loading;
  expectClose(await lastLogits(model), variant.logits, TOLERANCE, "logits");
  model.weights.destroy();
});

test("reads the biases of a llama GGUF file", async () => {
  const name = "llama_with_biases.gguf";
  const folder = await openModelFolder([bytesSource(name, readFileSync(join(COMMITTED, "gguf", name)))]);
  const options = { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) };
  const model = await loadModel(folder.config, folder.tensors, options);
  const { logits } = cases.find((variant) => variant.name === "biases on all layers")!;
  expectClose(await lastLogits(model), logits!, TOLERANCE, "logits");
  model.weights.destroy();
});

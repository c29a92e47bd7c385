import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { LuthierError } from "../../src/lib/errors";
import { parseJsonObject } from "../../src/lib/json";
import { readAllValues, safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { baseAdapter } from "../support/base-adapter";
import { relativeError } from "../support/errors";
import { type GoldenTensor, goldenBatches, readTensorsOf, under } from "../support/golden";
import { computeGradients } from "../support/gradients";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** Of the logits, and of all gradients together. */
const TOLERANCE = 1e-4;
/** Tolerance as a multiple of PyTorch's own float32 rounding error, if that is larger. */
const NOISE = 10;

/**
 * Compares the models that random_models.py wrote to a folder with PyTorch's results and prints those that differ, with
 * their config.json: `node tests/run.mjs tests/oracle/random-models.ts DIR`.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: random-models.ts DIR");
  const gpu = await openTestGpu();
  const names = readdirSync(directory);
  const [wrong, worst] = [[] as string[], { logits: 0, gradients: 0 }];
  let refused = 0;
  for (const name of names) {
    const folder = join(directory, name);
    if (existsSync(join(folder, "refused.txt"))) refused++;
    const problem = await check(gpu, folder, worst);
    if (problem === null) continue;
    wrong.push(name);
    console.log(`${name}: ${problem}\n${readFileSync(join(folder, "config.json"), "utf8")}`);
  }
  console.log(
    `${names.length} models, ${refused} of them refused by transformers: ${wrong.length} differ ${wrong.join(" ")}`,
  );
  console.log(
    `largest errors of the others: logits ${worst.logits.toExponential(1)}, gradients ${worst.gradients.toExponential(1)}`,
  );
  return wrong.length > 0 ? 1 : 0;
}

/** Rounding error of PyTorch in float32 compared with float64. */
interface Noise {
  readonly logits: number;
  readonly grad: number;
}

/** Checks one model; returns the fault or null. */
async function check(
  gpu: Gpu,
  folder: string,
  worst: { logits: number; gradients: number },
): Promise<string | null> {
  const reason = join(folder, "refused.txt");
  const refusal = existsSync(reason) ? readFileSync(reason, "utf8") : null;
  let model: LoadedModel;
  try {
    model = await load(gpu, folder);
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    return refusal === null ? `refused: ${error.message}` : null;
  }
  try {
    if (refusal !== null) return `loads, where transformers raises ${refusal}`;
    const golden = await readTensorsOf(join(folder, "golden.safetensors"));
    const errors = {
      logits: await logitsError(model, golden),
      gradients: await gradientError(model, golden),
    };
    const noise = JSON.parse(readFileSync(join(folder, "noise.json"), "utf8")) as Noise;
    const allowed = (own: number): number => Math.max(TOLERANCE, NOISE * own);
    if (!(errors.logits <= allowed(noise.logits))) return `logits differ by ${errors.logits}`;
    if (!(errors.gradients <= allowed(noise.grad))) return `gradients differ by ${errors.gradients}`;
    worst.logits = Math.max(worst.logits, errors.logits);
    worst.gradients = Math.max(worst.gradients, errors.gradients);
    return null;
  } finally {
    model.weights.destroy();
  }
}

async function load(gpu: Gpu, folder: string): Promise<LoadedModel> {
  const config = parseJsonObject(readFileSync(join(folder, "config.json"), "utf8"), "config.json");
  const weights = join(folder, "model.safetensors");
  // If transformers rejects the configuration there are no weights, and we must reject it too.
  if (!existsSync(weights)) describeModel(config);
  const files = await openWeights([bytesSource("model.safetensors", readFileSync(weights))]);
  return loadModel(config, files, { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) });
}

async function logitsError(model: LoadedModel, golden: ReadonlyMap<string, GoldenTensor>): Promise<number> {
  const state = new AdapterState(model.gpu, baseAdapter);
  const logits = await computeLogits(model, state, goldenBatches(golden)[0]!);
  state.destroy();
  return relativeError(logits, golden.get("logits")!.data);
}

/** Full fine-tuning: compares the gradients of all tensors as one vector. */
async function gradientError(model: LoadedModel, golden: ReadonlyMap<string, GoldenTensor>): Promise<number> {
  const state = new AdapterState(model.gpu, methods.full.bind({}, model.spec));
  const trained = [...model.tensors].map(async ([name, source]) => [name, await valuesOf(source)] as const);
  state.write(new Map(await Promise.all(trained)));
  const gradients = await computeGradients(model, state, goldenBatches(golden)[0]!);
  state.destroy();
  const expected = under(golden, "grad");
  const missing = [...expected.keys()].filter((name) => !gradients.has(name));
  if (missing.length > 0 || gradients.size !== expected.size) return Number.POSITIVE_INFINITY;
  const names = [...expected.keys()];
  const flat = (from: ReadonlyMap<string, { readonly data: ArrayLike<number> }>): number[] =>
    names.flatMap((name) => Array.from(from.get(name)!.data));
  return relativeError(flat(gradients), flat(expected));
}

async function valuesOf(source: Parameters<typeof readAllValues>[0]) {
  return { shape: source.shape, data: await readAllValues(safetensorsTensor(source)) };
}

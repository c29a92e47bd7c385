import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { LuthierError } from "../../src/lib/errors";
import { parseJsonObject } from "../../src/lib/json";
import type { Quantization } from "../../src/shared/model";
import { relativeError } from "../support/errors";
import {
  bindGolden,
  goldenBatches,
  type GoldenInfo,
  goldenState,
  readTensorsOf,
  under,
} from "../support/golden";
import { computeGradients } from "../support/gradients";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** Tolerances of the logits, and of all gradients together. */
const TOLERANCE = 1e-4;
/** Tolerance as a multiple of PyTorch's own float32 rounding error, if that is larger. */
const NOISE = 10;

/** Largest errors of the adapters that agree. */
interface Worst {
  logits: number;
  gradients: number;
}

/**
 * Compares the adapters that random_methods.py wrote to a folder with their references; prints those that differ, with
 * their configurations: `node tests/run.mjs tests/oracle/random-methods.ts DIR`.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: random-methods.ts DIR");
  const gpu = await openTestGpu();
  const names = readdirSync(directory);
  const worst: Worst = { logits: 0, gradients: 0 };
  const wrong: string[] = [];
  let unanswered = 0;
  for (const name of names) {
    const folder = join(directory, name);
    if (existsSync(join(folder, "refused.txt"))) {
      unanswered++;
      continue;
    }
    const problem = await check(gpu, folder, worst);
    if (problem === null) continue;
    wrong.push(name);
    const files = ["config.json", "adapter_config.json"].map((file) =>
      readFileSync(join(folder, file), "utf8"),
    );
    console.log(`${name}: ${problem}\n${files.join("\n")}`);
  }
  console.log(
    `${names.length} adapters, ${unanswered} without an answer of the reference: ${wrong.length} differ ${wrong.join(" ")}`,
  );
  console.log(
    `largest errors of the others: logits ${worst.logits.toExponential(1)}, gradients ${worst.gradients.toExponential(1)}`,
  );
  return wrong.length > 0 ? 1 : 0;
}

function readJson<T>(folder: string, name: string): T {
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
}

/** Checks one adapter; returns the fault or null. */
async function check(gpu: Gpu, folder: string, worst: Worst): Promise<string | null> {
  let model: LoadedModel | null = null;
  try {
    model = await load(gpu, folder);
    const errors = await measure(gpu, model, folder);
    const noise = readJson<{ readonly logits: number; readonly grad: number }>(folder, "noise.json");
    const allowed = (own: number): number => Math.max(TOLERANCE, NOISE * own);
    if (!(errors.logits <= allowed(noise.logits))) return `logits differ by ${errors.logits}`;
    if (!(errors.gradients <= allowed(noise.grad))) return `gradients differ by ${errors.gradients}`;
    worst.logits = Math.max(worst.logits, errors.logits);
    worst.gradients = Math.max(worst.gradients, errors.gradients);
    return null;
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    return `refused: ${error.message}`;
  } finally {
    model?.weights.destroy();
  }
}

async function load(gpu: Gpu, folder: string): Promise<LoadedModel> {
  const config = parseJsonObject(readFileSync(join(folder, "config.json"), "utf8"), "config.json");
  const bytes = readFileSync(join(folder, "model.safetensors"));
  const tensors = await openWeights([bytesSource("model.safetensors", bytes)]);
  const files = new Map([...tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const quantization = existsSync(join(folder, "quantization.json"))
    ? readJson<Quantization>(folder, "quantization.json")
    : null;
  return loadModel(config, files, {
    gpu,
    pipelines: pipelinesOf(gpu),
    tuning: fixedTuning(gpu),
    quantization,
  });
}

async function measure(gpu: Gpu, model: LoadedModel, folder: string): Promise<Worst> {
  const golden = await readTensorsOf(join(folder, "golden.safetensors"));
  const info = readJson<GoldenInfo>(folder, "golden.json");
  const adapter = bindGolden(model, readJson(folder, "adapter_config.json"), info);
  const state = goldenState(gpu, adapter, golden);
  const batch = goldenBatches(golden)[0];
  if (!batch) throw new Error(`${folder}: no batch`);
  const logits = await computeLogits(model, state, batch);
  const gradients = await computeGradients(model, state, batch);
  state.destroy();
  const expected = under(golden, "grad");
  const names = [...expected.keys()];
  const trains = adapter.parameters.filter(({ fixed }) => !fixed).map(({ name }) => name);
  const isWhole = trains.length === names.length && trains.every((name) => expected.has(name));
  const flat = (from: ReadonlyMap<string, { readonly data: ArrayLike<number> }>): number[] =>
    names.flatMap((name) => Array.from(from.get(name)?.data ?? []));
  return {
    logits: relativeError(logits, golden.get("logits")?.data ?? []),
    gradients: isWhole ? relativeError(flat(gradients), flat(expected)) : Number.POSITIVE_INFINITY,
  };
}

import { afterEach, beforeEach, expect, test } from "vitest";
import { Generator } from "../../src/engine/generate/generator";
import type { Gpu } from "../../src/engine/gpu/device";
import { type CompileJournal, KernelError, PipelineCache } from "../../src/engine/gpu/pipelines";
import { Tuner } from "../../src/engine/kernels/tuner";
import { chooseGemm, gemmCandidates, gemmProblemKey } from "../../src/engine/kernels/matmul";
import type { GemmShape } from "../../src/engine/kernels/matmul-variants";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenBatches,
  type GoldenInfo,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { gemmProblem } from "../support/gemm";
import { openTestGpu } from "../support/gpu";
import { trainSteps } from "../support/train-steps";

/** A device whose compiler rejects kernels with a given part in their keys. */

let gpu: Gpu;
let compiled: string[];
beforeEach(async () => {
  gpu = await openTestGpu();
  compiled = [];
});
afterEach(() => gpu.close());

function refuse(...pieces: readonly string[]): void {
  const compile = gpu.device.createComputePipelineAsync.bind(gpu.device);
  Object.defineProperty(gpu.device, "createComputePipelineAsync", {
    value: (descriptor: GPUComputePipelineDescriptor) => {
      const label = descriptor.label ?? "";
      compiled.push(label);
      if (pieces.some((piece) => label.includes(piece))) return Promise.reject(new Error("no register left"));
      return compile(descriptor);
    },
  });
}

/** The golden llama model with its own pipeline cache. */
async function load(pipelines: PipelineCache): Promise<LoadedModel> {
  const model = await loadGoldenModel(gpu, "llama");
  return { ...model, pipelines, tuning: new Tuner(gpu, pipelines) };
}

async function train(model: LoadedModel): Promise<void> {
  const info = readJson<GoldenInfo>("llama", "lora", "golden.json");
  const tensors = await readTensors("llama", "lora", "golden.safetensors");
  const state = goldenState(gpu, bindCase(model, "llama", "lora"), tensors);
  const batches = goldenBatches(tensors);
  const [first] = batches;
  const trainer = await Trainer.create(model, state, {
    shapes: [{ rows: first!.rows, length: first!.length, labels: 64 }],
    evaluationShapes: [],
    weightDecay: info.training.weight_decay,
    maxGradNorm: info.training.max_grad_norm,
    ...adamDefaults,
  });
  const metrics = await trainSteps(trainer, batches, info.training.steps, info.training.learning_rate);
  expectClose(
    metrics.map(({ loss }) => loss),
    tensors.get("losses")!.data,
    1e-4,
    "losses",
  );
  trainer.destroy();
  state.destroy();
}

test("training and answers avoid kernels that do not compile, and report them", async () => {
  // The preferred kernels of software and hardware GPUs for products, attention and rows.
  refuse("matmul/quad_", "matmul/tile", "attention/quad", "lib/reduce_quad", "LANES=256");
  const pipelines = new PipelineCache(gpu);
  const broken: string[] = [];
  pipelines.onBroken = (error) => broken.push(error.key);
  const model = await load(pipelines);
  await train(model);
  expect(broken.length).toBeGreaterThan(2);
  expect(new Set(broken).size).toBe(broken.length);
  expect(broken.every((key) => compiled.filter((label) => label === key).length === 1)).toBe(true);

  const tensors = await readTensors("llama", "base.safetensors");
  const prompt = Array.from(tensors.get("generate.prompt")!.data);
  const generator = await Generator.create(model, null, 32);
  const logits = await generator.logitsAfter(prompt);
  const best = logits.indexOf(Math.max(...logits));
  expect(best).toBe(tensors.get("generate.base")!.data[0]);
  generator.destroy();
  model.weights.destroy();
});

test("the host draws where the kernels that draw do not compile", async () => {
  refuse("sampling/");
  const model = await load(new PipelineCache(gpu));
  const tensors = await readTensors("llama", "base.safetensors");
  const prompt = Array.from(tensors.get("generate.prompt")!.data);
  const expected = Array.from(tensors.get("generate.base")!.data);
  const generator = await Generator.create(model, null, 48, true);
  const options = { ...defaultGeneration, maxNewTokens: expected.length };
  const ids: number[] = [];
  for await (const id of generator.generate(prompt, options, new Set(), makeRng(1))) ids.push(id);
  expect(ids).toEqual(expected);
  generator.destroy();
  model.weights.destroy();
});

test("a kernel without alternative ends the run with the compiler's message", async () => {
  refuse("optim/adamw");
  const model = await load(new PipelineCache(gpu));
  await expect(train(model)).rejects.toThrow(/optim\/adamw.* did not compile: .*no register left/);
  expect(compiled.filter((label) => label.includes("optim/adamw"))).toHaveLength(1);
  model.weights.destroy();
});

test("the tuner chooses the best of those that compile", async () => {
  const shape: GemmShape = {
    ...{ form: "nt", m: 2, n: 4096, k: 1280, kind: "f32" },
    ...{ aStride: 1280, bStride: 1280, cStride: 4096, cOffset: 0 },
  };
  const pipelines = new PipelineCache(gpu);
  const tuner = new Tuner(gpu, pipelines);
  const [first, ...others] = gemmCandidates(shape, tuner);
  refuse(first === "gemv" ? "matmul/gemv" : "matmul/quad_gemv");
  chooseGemm(gemmProblem(shape), tuner);
  expect(await tuner.measure()).toBe(true);
  expect(gemmCandidates(shape, tuner)).toEqual(others);
  const [[key, fastest]] = Object.entries(tuner.choices) as [[string, string]];
  expect(key).toBe(`${gemmProblemKey(shape)}: ${others.join(", ")}`);
  expect(others).toContain(fastest);
  chooseGemm(gemmProblem(shape), tuner);
  expect(await tuner.measure()).toBe(false);
  expect(gpu.usage.buffers).toBe(0);
});

/** A journal that records its calls. */
function journalOf(fatal: readonly string[], suspects: readonly string[]) {
  const notes: string[] = [];
  const journal: CompileJournal = {
    fatal: new Set(fatal),
    suspects: new Set(suspects),
    begin: (keys) => Promise.resolve(void notes.push(`begin ${keys.length}`)),
    end: (keys) => Promise.resolve(void notes.push(`end ${keys.length}`)),
  };
  return { journal, notes };
}

test("kernels that crashed the GPU are not compiled again, and suspects are compiled alone", async () => {
  refuse();
  const plain = new PipelineCache(gpu);
  await train(await load(plain));
  const keys = [...new Set(compiled)];
  const fatal = keys.filter((key) => key.includes("matmul/quad_") || key.includes("matmul/tile"));
  const suspects = keys.filter((key) => key.includes("norm/"));
  expect(fatal.length).toBeGreaterThan(0);
  expect(suspects.length).toBeGreaterThan(1);

  compiled = [];
  const { journal, notes } = journalOf(fatal, suspects);
  const pipelines = new PipelineCache(gpu, journal);
  await train(await load(pipelines));
  expect(compiled.filter((key) => fatal.includes(key))).toEqual([]);
  expect(notes.filter((note) => note === "begin 1").length).toBeGreaterThanOrEqual(suspects.length);
  const count = (word: string): number => notes.filter((note) => note.startsWith(word)).length;
  await expect.poll(() => count("begin") - count("end")).toBe(0);
  expect(notes.filter((note) => note.endsWith(" 0"))).toEqual([]);
});

test("a device lost while compiling leaves the journal open, and is reported as lost", async () => {
  const { journal, notes } = journalOf([], []);
  Object.defineProperty(gpu.device, "createComputePipelineAsync", {
    value: () => {
      gpu.device.destroy();
      return Promise.reject(new Error("device lost"));
    },
  });
  const pipelines = new PipelineCache(gpu, journal);
  const model = await load(pipelines);
  const failure = await train(model).catch((error: unknown) => error);
  expect(failure).not.toBeInstanceOf(KernelError);
  expect(failure).toMatchObject({ code: "device-lost" });
  expect(pipelines.brokenCount).toBe(0);
  expect(notes.filter((note) => note.startsWith("end"))).toEqual([]);
});

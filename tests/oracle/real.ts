import { openAsBlob, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { noAdapter } from "../../src/engine/nn/hooks";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { lora } from "../../src/engine/adapters/lora/lora";
import { Generator } from "../../src/engine/generate/generator";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { blobSource, bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { readSafetensorsHeader } from "../../src/formats/safetensors";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";
import { relativeError } from "../support/errors";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning } from "../support/run-graph";

interface Reference {
  readonly title: string;
  readonly prompt: string;
  /** Empty if the model has no chat template; then it is asked the plain question. */
  readonly messages: readonly { readonly role: "user"; readonly content: string }[];
  readonly question: string;
  readonly lora: Readonly<Record<string, number | readonly string[]>>;
  readonly training: {
    readonly steps: number;
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number;
  };
}

interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

const TOLERANCE = 1e-3;

/**
 * Compares the engine on a real model's GGUF file with transformers and PEFT on the dequantised weights: tokenizer,
 * logits, LoRA losses, a greedy answer token by token. `node tests/run.mjs tests/oracle/real.ts REFERENCE_DIR`
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: real.ts REFERENCE_DIR");
  const reference = JSON.parse(readFileSync(join(directory, "reference.json"), "utf8")) as Reference;
  const tensors = await readReference(join(directory, "reference.safetensors"));
  const gpu = await openTestGpu({}, availableParallelism());
  console.log(`${reference.title} on ${gpu.info.name}`);
  const started = performance.now();
  const file = blobSource("model.gguf", await openAsBlob(join(directory, "model.gguf")));
  const folder = await openModelFolder([file]);
  const tokenizer = loadTokenizer(folder);
  const weights = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const model = await loadModel(folder.config, weights, {
    gpu,
    pipelines: new PipelineCache(gpu),
    tuning: fixedTuning(gpu),
  });
  console.log(
    `loaded in ${Math.round(performance.now() - started)} ms: ${megabytes(model.weights.sizeBytes)} of weights on the GPU`,
  );
  const promptIds = ints(tensors, "prompt_ids");
  const question = reference.messages.length
    ? tokenizer.encode(tokenizer.applyChat(reference.messages, { addGenerationPrompt: true }), {
        addSpecialTokens: false,
      })
    : tokenizer.encode(reference.question, { addSpecialTokens: true });
  const checks = [
    check(
      "tokenizer: prompt",
      same(tokenizer.encode(reference.prompt, { addSpecialTokens: true }), promptIds),
    ),
    check("tokenizer: question", same(question, ints(tensors, "answer_prompt_ids"))),
    await checkLogits(model, tensors, promptIds),
    await checkTraining(model, reference, tensors),
    await checkAnswer(model, tensors),
  ];
  return checks.every(Boolean) ? 0 : 1;
}

const baseAdapter: Adapter = {
  parameters: [],
  promptLength: 0,
  prefixLength: 0,
  hooks: () => noAdapter,
  config: {},
  exportTensors: (parameters) => parameters,
  importTensors: (parameters) => parameters,
};

async function checkLogits(
  model: LoadedModel,
  tensors: ReadonlyMap<string, Tensor>,
  ids: number[],
): Promise<boolean> {
  const state = new AdapterState(model.gpu, baseAdapter);
  const batch: TrainingBatch = {
    rows: 1,
    length: ids.length,
    ids: Uint32Array.from(ids),
    supervised: new Uint8Array(ids.length),
    segments: [[{ start: 0, length: ids.length }]],
  };
  const error = relativeError(await computeLogits(model, state, batch), tensors.get("logits")!.data);
  state.destroy();
  return check(`logits: relative error ${error.toExponential(2)}`, error <= TOLERANCE);
}

async function checkTraining(
  model: LoadedModel,
  { lora: options, training }: Reference,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<boolean> {
  const values = { ...options, target_modules: (options.target_modules as string[]).join(", ") } as Record<
    string,
    string | number
  >;
  const adapter = lora.bind(values, model.spec);
  const state = new AdapterState(model.gpu, adapter);
  state.write(heading(tensors, "init"));
  const batch = referenceBatch(tensors);
  const labels = Math.ceil(countLabels(batch, adapter) / 64) * 64;
  const trainer = await Trainer.create(model, state, {
    shapes: [{ rows: batch.rows, length: batch.length, labels }],
    evaluationShapes: [{ rows: batch.rows, length: batch.length, labels }],
    weightDecay: training.weight_decay,
    maxGradNorm: training.max_grad_norm,
    ...adamDefaults,
  });
  const started = performance.now();
  const losses: number[] = [];
  for (let step = 0; step < training.steps; step++)
    losses.push((await trainer.step([batch], training.learning_rate, 0)).loss);
  const seconds = (performance.now() - started) / 1000;
  losses.push((await trainer.evaluate([batch])).loss);
  const tokens = training.steps * batch.segments.flat().reduce((sum, { length }) => sum + length, 0);
  const error = relativeError(losses, tensors.get("losses")!.data);
  console.log(
    `training: ${(tokens / seconds).toFixed(1)} tokens/s, peak ${megabytes(model.gpu.usage.peakBytes)}`,
  );
  trainer.destroy();
  state.destroy();
  return check(
    `two LoRA steps: losses ${losses.map((loss) => loss.toFixed(5)).join(" ")}, relative error ${error.toExponential(2)}`,
    error <= TOLERANCE,
  );
}

function referenceBatch(tensors: ReadonlyMap<string, Tensor>): TrainingBatch {
  const [rows, length] = tensors.get("input_ids")!.shape as [number, number];
  const mask = ints(tensors, "attention_mask");
  return {
    rows,
    length,
    ids: Uint32Array.from(ints(tensors, "input_ids")),
    supervised: Uint8Array.from(ints(tensors, "labels"), (label) => (label === -100 ? 0 : 1)),
    segments: Array.from({ length: rows }, (_, row) => [
      { start: 0, length: mask.slice(row * length, (row + 1) * length).reduce((sum, one) => sum + one, 0) },
    ]),
  };
}

async function checkAnswer(model: LoadedModel, tensors: ReadonlyMap<string, Tensor>): Promise<boolean> {
  const prompt = ints(tensors, "answer_prompt_ids");
  const expected = ints(tensors, "answer_ids");
  const generator = await Generator.create(model, null, 256);
  const options = { ...defaultGeneration, maxNewTokens: expected.length };
  const ids: number[] = [];
  const started = performance.now();
  for await (const id of generator.generate(prompt, options, new Set(), makeRng(0))) ids.push(id);
  const seconds = (performance.now() - started) / 1000;
  generator.destroy();
  console.log(`answer: ${(ids.length / seconds).toFixed(2)} tokens/s, prompt of ${prompt.length} included`);
  return check(`greedy answer of ${expected.length} tokens`, same(ids, expected));
}

async function readReference(path: string): Promise<Map<string, Tensor>> {
  const source = bytesSource(path, readFileSync(path));
  const { tensors } = await readSafetensorsHeader(source);
  const entries = await Promise.all(
    tensors.map(async ({ name, dtype, shape, start, end }) => {
      const { buffer } = Uint8Array.from(await source.read(start, end));
      return [
        name,
        { shape, data: dtype === "F32" ? new Float32Array(buffer) : new Int32Array(buffer) },
      ] as const;
    }),
  );
  return new Map(entries);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB (${bytes} bytes)`;
}

function ints(tensors: ReadonlyMap<string, Tensor>, name: string): number[] {
  return Array.from(tensors.get(name)!.data);
}

function heading(tensors: ReadonlyMap<string, Tensor>, start: string): Map<string, HostTensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(`${start}.`));
  return new Map(found.map(([name, tensor]) => [name.slice(start.length + 1), tensor as HostTensor]));
}

function same(actual: readonly number[], expected: readonly number[]): boolean {
  return actual.join() === expected.join();
}

function check(what: string, passed: boolean): boolean {
  console.log(`${passed ? "ok  " : "FAIL"} ${what}`);
  return passed;
}

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { lora } from "../../src/engine/adapters/lora/lora";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { readAllValues, type TensorSource } from "../../src/engine/weights/tensor-source";
import { peftFiles } from "../../src/export/peft";
import { type TensorToWrite, writeSafetensors } from "../../src/formats/safetensors";
import { makeRng, type Rng } from "../../src/lib/rng";
import { QLORA } from "../../src/shared/model";
import { openTestGpu } from "../support/gpu";
import { computeGradients } from "../support/gradients";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** One block of Qwen1.5-1.8B at full width; a small vocabulary, since only the block matters. */
const CONFIG = {
  architectures: ["Qwen2ForCausalLM"],
  model_type: "qwen2",
  vocab_size: 512,
  hidden_size: 2048,
  intermediate_size: 5504,
  num_hidden_layers: 1,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  hidden_act: "silu",
  max_position_embeddings: 128,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  tie_word_embeddings: false,
};
const LORA = { r: 8, lora_alpha: 16, target_modules: "all-linear" };
/** Number of linear layers in the block. */
const LAYERS = 7;
/** Tokens of each row, and how many of them are the prompt. */
const ROWS = [
  [32, 9],
  [21, 4],
] as const;

/**
 * Runs that block forward and backward with LoRA over NF4 weights, quantised as in the page, and writes our results
 * with what PyTorch needs to reproduce them, for check_wide_block.py: `node tests/run.mjs tests/oracle/wide-block.ts
 * DIR` DIR/model is the block with weights dequantised from NF4, DIR/adapter the LoRA folder, DIR/batch.json the rows,
 * and DIR/ours.safetensors `logits` (rows, T, V), `loss` (1) and `grad.*`.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: wide-block.ts DIR");
  const gpu = await openTestGpu({}, availableParallelism());
  const model = await loadModel(CONFIG, randomWeights(), {
    gpu,
    pipelines: pipelinesOf(gpu),
    tuning: fixedTuning(gpu),
    quantization: QLORA,
  });
  const adapter = lora.bind(LORA, model.spec);
  const values = randomAdapter(adapter);
  const batch = makeBatch();
  const folder = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  };
  writeFileSync(join(folder("model"), "config.json"), JSON.stringify(CONFIG));
  writeFileSync(join(folder("model"), "model.safetensors"), writeSafetensors(await widened(model)));
  for (const [file, bytes] of peftFiles(adapter, values, folder("model")))
    writeFileSync(join(folder("adapter"), file), bytes);
  writeFileSync(join(directory, "batch.json"), JSON.stringify(describeBatch(batch)));
  const ours = await compute(model, adapter, values, batch);
  writeFileSync(join(directory, "ours.safetensors"), writeSafetensors(ours));
  const stored = [...model.tensors.values()].filter(({ dtype }) => dtype.startsWith("NF4")).length;
  console.log(`wrote a block with ${stored} matrices in NF4 and ${ours.length - 2} gradients`);
  return stored === LAYERS ? 0 : 1;
}

/** Normally distributed weights, seeded per tensor, with a trained model's scale. */
function randomWeights(): Map<string, TensorSource> {
  const sources = declareWeights(describeModel(CONFIG)).map(({ name, shape, layout }, seed) => {
    const random = makeRng(seed);
    const [center, width] = layout !== "vector" ? [0, 0.02] : name.endsWith("bias") ? [0, 0.5] : [1, 0.2];
    const bytes = new Uint8Array(normal(random, shape, width, center).buffer);
    const read = (start: number, end: number) => Promise.resolve(bytes.slice(start, end));
    return [name, { name, dtype: "F32", shape, read }] as const;
  });
  return new Map(sources);
}

/** Values of every LoRA matrix; B is nonzero, so that A receives gradients. */
function randomAdapter(adapter: Adapter): Map<string, HostTensor> {
  const values = adapter.parameters.map(({ name, shape }, index) => {
    const width = name.includes("lora_A") ? 1 / Math.sqrt(3 * (shape[1] ?? 1)) : 0.02;
    return [name, { shape, data: normal(makeRng(1000 + index), shape, width, 0) }] as const;
  });
  return new Map(values);
}

function normal(
  random: Rng,
  shape: readonly number[],
  width: number,
  center: number,
): Float32Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, () => center + width * random.normal());
}

/** Every tensor as dequantised by our own code. */
async function widened({ tensors }: LoadedModel): Promise<TensorToWrite[]> {
  const written: TensorToWrite[] = [];
  for (const [name, source] of tensors)
    written.push({ name, dtype: "F32", shape: source.shape, data: await readAllValues(source) });
  return written;
}

function makeBatch(): TrainingBatch {
  const rows = ROWS.length;
  const length = Math.max(...ROWS.map(([tokens]) => tokens));
  const random = makeRng(7);
  const batch = { ids: new Uint32Array(rows * length), supervised: new Uint8Array(rows * length) };
  ROWS.forEach(([tokens, prompt], row) => {
    for (let i = 0; i < tokens; i++) batch.ids[row * length + i] = 1 + random.integer(CONFIG.vocab_size - 1);
    batch.supervised.fill(1, row * length + prompt, row * length + tokens);
  });
  return { rows, length, ...batch, segments: ROWS.map(([tokens]) => [{ start: 0, length: tokens }]) };
}

/** The rows in transformers' format. */
function describeBatch({
  rows,
  length,
  ids,
  supervised,
  segments,
}: TrainingBatch): Record<string, number[][]> {
  const table = (value: (index: number, row: number, column: number) => number): number[][] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length }, (_, column) => value(row * length + column, row, column)),
    );
  return {
    input_ids: table((index) => ids[index] ?? 0),
    attention_mask: table((_, row, column) => (column < (segments[row]?.[0]?.length ?? 0) ? 1 : 0)),
    labels: table((index) => (supervised[index] ? (ids[index] ?? 0) : -100)),
  };
}

async function compute(
  model: LoadedModel,
  adapter: Adapter,
  values: ReadonlyMap<string, HostTensor>,
  batch: TrainingBatch,
): Promise<TensorToWrite[]> {
  const state = new AdapterState(model.gpu, adapter);
  state.write(values);
  const { rows, length } = batch;
  const shape = { rows, length, labels: Math.ceil(countLabels(batch, adapter) / 64) * 64 };
  const trainer = await Trainer.create(model, state, {
    shapes: [shape],
    evaluationShapes: [shape],
    weightDecay: 0,
    maxGradNorm: 1,
    ...adamDefaults,
  });
  const logits = await computeLogits(model, state, batch);
  const gradients = await computeGradients(model, state, batch);
  const loss = Float32Array.of((await trainer.evaluate([batch])).loss);
  const written = [...gradients].map(([name, { shape: size, data }]) => {
    return { name: `grad.${name}`, dtype: "F32", shape: size, data: Float32Array.from(data) } as const;
  });
  trainer.destroy();
  state.destroy();
  return [
    { name: "logits", dtype: "F32", shape: [rows, length, model.spec.vocabularySize], data: logits },
    { name: "loss", dtype: "F32", shape: [1], data: loss },
    ...written,
  ];
}

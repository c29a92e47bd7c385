import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Gpu } from "../../src/engine/gpu/device";
import { loadModel } from "../../src/engine/models/loaded-model";
import { bytesSource } from "../../src/formats/byte-source";
import { openGguf } from "../../src/formats/gguf/model";
import { LuthierError } from "../../src/lib/errors";
import { baseAdapter } from "../support/base-adapter";
import { writeGguf } from "../support/gguf-writer";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";
import { type Llama, openLlama, probabilities } from "./llama";
import { RANDOM_ARCHITECTURES, randomGguf, type RandomGguf } from "./random-gguf-models";

/** Largest difference of a probability, relative to the largest of its row. llama.cpp looks GELU up in a table of f16. */
const LIMIT = 1e-4;
const GELU_LIMIT = 1e-2;
const WITH_GELU = ["gemma3", "starcoder2", "gptneox", "gpt2"];

/**
 * Compares GGUF models of awkward metadata with llama.cpp, one per architecture and seed; prints the metadata of those
 * that differ: `node tests/run.mjs tests/oracle/random-ggufs.ts [first seed] [seeds] [architecture …]`.
 */
export async function main([first = "1", seeds = "10", ...only]: string[]): Promise<number> {
  const llama = await openLlama();
  const gpu = await openTestGpu();
  const wrong: string[] = [];
  let [done, refused, worst] = [0, 0, 0];
  for (let seed = Number(first); seed < Number(first) + Number(seeds); seed++) {
    for (const architecture of only.length > 0 ? only : RANDOM_ARCHITECTURES) {
      const model = randomGguf(architecture, seed);
      const { problem, gap } = await check(llama, gpu, model);
      done++;
      if (gap === null) refused++;
      const limit = WITH_GELU.includes(architecture) ? GELU_LIMIT : LIMIT;
      const fault = problem ?? (gap !== null && !(gap <= limit) ? `probabilities differ by ${gap}` : null);
      if (fault === null) {
        if (limit === LIMIT) worst = Math.max(worst, gap ?? 0);
        continue;
      }
      wrong.push(`${architecture}-${seed}`);
      const shown = Object.entries(model.metadata).filter(([, { type }]) => !/s$/.test(type));
      console.log(`${architecture}-${seed}: ${fault}`);
      console.log(shown.map(([key, { value }]) => `  ${key} = ${String(value)}`).join("\n"));
    }
  }
  console.log(
    `${done} models, ${refused} of them refused by llama.cpp: ${wrong.length} differ ${wrong.join(" ")}`,
  );
  console.log(`largest error of the others without GELU: ${worst.toExponential(1)}`);
  return wrong.length > 0 ? 1 : 0;
}

/** The largest difference, null where llama.cpp does not load the model; `problem` where we refuse or fail. */
async function check(
  llama: Llama,
  gpu: Gpu,
  model: RandomGguf,
): Promise<{ readonly problem: string | null; readonly gap: number | null }> {
  const bytes = writeGguf({ metadata: Object.entries(model.metadata), tensors: model.tensors });
  const theirs = await llamaRows(llama, bytes, model);
  if (!theirs) return { problem: null, gap: null };
  try {
    const ours = await ourRows(gpu, bytes, model);
    return { problem: null, gap: Math.max(...theirs.map((row, i) => largestGap(ours[i] ?? row, row))) };
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    return { problem: `refused: ${error.message}`, gap: 0 };
  }
}

async function llamaRows(
  llama: Llama,
  bytes: Uint8Array,
  { ids, vocabularySize }: RandomGguf,
): Promise<Float64Array[] | null> {
  const folder = mkdtempSync(join(tmpdir(), "random-gguf-"));
  try {
    writeFileSync(join(folder, "model.gguf"), bytes);
    const loaded = await llama.loadModel({ modelPath: join(folder, "model.gguf") }).catch(() => null);
    if (!loaded) return null;
    const rows = await probabilities(loaded, ids, vocabularySize);
    await loaded.dispose();
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ourRows(
  gpu: Gpu,
  bytes: Uint8Array<ArrayBuffer>,
  { ids, vocabularySize }: RandomGguf,
): Promise<Float64Array[]> {
  const { config, tensors } = await openGguf([bytesSource("model.gguf", bytes)]);
  const model = await loadModel(config, tensors, {
    gpu,
    pipelines: pipelinesOf(gpu),
    tuning: fixedTuning(gpu),
  });
  try {
    const state = new AdapterState(gpu, baseAdapter);
    const logits = await computeLogits(model, state, {
      rows: 1,
      length: ids.length,
      ids: Uint32Array.from(ids),
      supervised: new Uint8Array(ids.length).fill(1),
      segments: [[{ start: 0, length: ids.length }]],
    });
    state.destroy();
    return ids.map((_, row) => softmax(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize)));
  } finally {
    model.weights.destroy();
  }
}

function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const shares = Float64Array.from(logits, (value) => Math.exp(value - most));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

function largestGap(a: Float64Array, b: Float64Array): number {
  const most = b.reduce((x, y) => Math.max(x, y), 0);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN)) / most), 0);
}

import { openAsBlob } from "node:fs";
import { availableParallelism } from "node:os";
import { Generator } from "../../src/engine/generate/generator";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { blobSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { openTestGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";
import { profileKernels } from "./suite/profile";

const PROMPT = 128;
const TOKENS = 16;

/**
 * Measures prefill and greedy decoding of a real model: `node tests/run.mjs tests/bench/decode-bench.ts MODEL.gguf
 * [profile]`. Prints processor time, as the software GPU runs on the CPU; with `profile`, the kernels of an answer of
 * four tokens instead.
 */
export async function main([path, part]: readonly string[]): Promise<number> {
  if (!path) throw new Error("usage: decode-bench.ts MODEL.gguf [profile]");
  const gpu = await openTestGpu({}, availableParallelism());
  const folder = await openModelFolder([blobSource("model.gguf", await openAsBlob(path))]);
  const weights = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const model = await loadModel(folder.config, weights, {
    gpu,
    pipelines: new PipelineCache(gpu),
    tuning: fixedTuning(gpu),
  });
  const generator = await Generator.create(model, null, 2 * PROMPT);
  if (part === "profile") {
    const costs = await profileKernels(gpu.device, () => answer(generator, 4));
    for (const { kernel, dispatches, elapsedMs } of costs)
      console.log(`${elapsedMs.toFixed(1).padStart(9)} ms ${dispatches} x ${kernel}`);
    return 0;
  }
  const prefills: number[] = [];
  for (let run = 0; run < 3; run++) {
    // Another first token each time, so that no prefix is reused.
    const prompt = Array.from({ length: PROMPT }, (_, index) => run + index);
    prefills.push(await timed(() => generator.logitsAfter(prompt)));
  }
  // The first run also compiles.
  const prefill = Math.min(...prefills.slice(1));
  console.log(`prefill of ${PROMPT} tokens: ${prefill.toFixed(0)} ms of processor time`);
  const short = await timed(() => answer(generator, 2));
  const long = await timed(() => answer(generator, 2 + TOKENS));
  console.log(`a greedy token: ${((long - short) / TOKENS).toFixed(0)} ms of processor time`);
  gpu.close();
  return 0;
}

async function answer(generator: Generator, tokens: number): Promise<void> {
  const options = { ...defaultGeneration, maxNewTokens: tokens };
  const ids = [];
  for await (const id of generator.generate([1, 2, 3], options, new Set(), makeRng(1))) ids.push(id);
  if (ids.length !== tokens) throw new Error(`${ids.length} tokens instead of ${tokens}`);
}

/** Processor time in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

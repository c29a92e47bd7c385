import { defaultGeneration, type GenerationOptions } from "../../../src/shared/generation";
import type { AnswerRules } from "../../../src/shared/answer-rules";
import { makeRng } from "../../../src/lib/rng";
import type { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { Generator } from "../../../src/engine/generate/generator";
import { type LoadedModel, loadModel } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { declareWeights } from "../../../src/engine/nn/model-spec";
import type { TensorSource } from "../../../src/engine/weights/tensor-source";
import { blockLayout } from "../../../src/formats/quantised/block-types";
import { arbitraryBlocks } from "../../support/stored-numbers";
import { fixedTuning } from "../../support/run-graph";
import { median } from "./measure";
import type { Scope } from "./scope";

/** Milliseconds of answering. */
export interface DecodingResult {
  /** A prompt of {@link PROMPT} tokens. */
  readonly prefillMs: number;
  /** A token, the likeliest. */
  readonly greedyMs: number;
  /** A token under temperature and top-p, in a vocabulary of {@link WIDE}: drawn on the GPU and on the host. */
  readonly drawnMs: number;
  readonly drawnByHostMs: number;
}

export const PROMPT = 128;
export const WIDE = 151_936;

/** Blocks of SmolLM2-135M's shape, of which it has 30. */
const BLOCKS = { hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 4, vocab_size: 49_152 };
/** A small model with a wide vocabulary, so that drawing is most of the work. */
const WIDE_MODEL = { hidden_size: 64, intermediate_size: 128, num_hidden_layers: 1, vocab_size: WIDE };

/** A rule without effect that the GPU does not apply. */
const BY_HOST: AnswerRules = { endDecay: { start: 1e6, factor: 1 } };

/** Answers with random models in Q4_1. */
export async function benchDecoding(gpu: Gpu, { quick }: Scope): Promise<DecodingResult> {
  const tokens = quick ? 8 : 24;
  const blocks = await loadRandom(gpu, BLOCKS, 9, 3);
  const generator = await Generator.create(blocks, null, 2 * PROMPT);
  const prompt = Array.from({ length: PROMPT }, (_, index) => index);
  const prefills: number[] = [];
  for (let run = 0; run <= (quick ? 1 : 5); run++) {
    const started = performance.now();
    // Another first token, so that no prefix is reused.
    await generator.logitsAfter([run, ...prompt.slice(1)]);
    prefills.push(performance.now() - started);
  }
  const greedyMs = await timeTokens(generator, {}, tokens);
  generator.destroy();
  blocks.weights.destroy();
  const wide = await loadRandom(gpu, WIDE_MODEL, 1, 1);
  const drawing = await Generator.create(wide, null, 64, true);
  const options = { temperature: 0.8, topP: 0.95 };
  const result = {
    prefillMs: median(prefills.slice(1)),
    greedyMs,
    drawnMs: await timeTokens(drawing, options, tokens),
    drawnByHostMs: await timeTokens(drawing, options, tokens, BY_HOST),
  };
  drawing.destroy();
  wide.weights.destroy();
  return result;
}

/** Milliseconds per token of an answer, without its first tokens, which are read back one by one. */
async function timeTokens(
  generator: Generator,
  options: Partial<GenerationOptions>,
  tokens: number,
  rules: AnswerRules = {},
): Promise<number> {
  const all = { ...defaultGeneration, ...options, maxNewTokens: 8 + tokens, rules };
  let made = 0;
  let started = 0;
  for await (const _ of generator.generate([1, 2, 3], all, new Set(), makeRng(1)))
    if (++made === 8) started = performance.now();
  return (performance.now() - started) / (made - 8);
}

/** A Llama with random blocks in Q4_1, embedding and head included. */
async function loadRandom(
  gpu: Gpu,
  shape: typeof BLOCKS,
  heads: number,
  keyValueHeads: number,
): Promise<LoadedModel> {
  const config = {
    model_type: "llama",
    ...shape,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: 64,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  };
  const files = new Map(
    declareWeights(describeModel(config)).map(({ name, shape }) => [name, randomTensor(name, shape)]),
  );
  return loadModel(config, files, { gpu, pipelines: new PipelineCache(gpu), tuning: fixedTuning(gpu) });
}

function randomTensor(name: string, shape: readonly number[]): TensorSource {
  const count = shape.reduce((product, size) => product * size, 1);
  const isVector = shape.length === 1;
  const { elements } = blockLayout("Q4_1");
  const bytes = isVector
    ? new Uint8Array(new Float32Array(count).fill(1).buffer)
    : arbitraryBlocks("Q4_1", count / elements, count);
  return {
    name,
    dtype: isVector ? "F32" : "Q4_1",
    shape,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

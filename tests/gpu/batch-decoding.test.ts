import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { answerAll } from "../../src/engine/generate/batch-answers";
import { BatchDecoder } from "../../src/engine/generate/batch-decoder";
import { likelihoods, type MeasuredText, measureTexts } from "../../src/engine/generate/likelihood";
import { type PlaceOdds, placeOdds } from "../../src/engine/generate/token-odds";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { makeRng } from "../../src/lib/rng";
import { choiceScores } from "../../src/scores/likelihood";
import { defaultGeneration } from "../../src/shared/generation";
import { answersAlone, answersTogether, promptsOf } from "../support/batch-answers";
import { expectClose } from "../support/compare";
import { bindCase, goldenState, loadGoldenModel, readJson, readTensors } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

async function stateOf(model: LoadedModel, family: string, name: string): Promise<AdapterState> {
  const tensors = await readTensors(family, name, "golden.safetensors");
  return goldenState(gpu, bindCase(model, family, name), tensors, "after");
}

describe("a batch", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, "llama");
  });
  afterAll(() => model.weights.destroy());

  test("samples each answer with its own seed, and ends each separately", async () => {
    // More rows than lanes, so that lanes are reused.
    const prompts = promptsOf(
      model,
      Array.from({ length: 34 }, (_, row) => 1 + (row % 9)),
    );
    const endIds = new Set([3, 5, 8, 11, 17]);
    const options = { temperature: 1.3, topP: 0.9, repetitionPenalty: 1.2 };
    const asking = { prompts, options, endIds };
    const answers = await answersTogether(model, null, asking);
    expect(answers).toEqual(await answersAlone(model, null, asking));
    expect(new Set(answers.map(({ finish }) => finish))).toEqual(new Set(["end-token", "length"]));
  });

  test("starts no forward pass after an abort", async () => {
    const decoder = await BatchDecoder.create(model, null, 16);
    const [prompt = []] = promptsOf(model, [3]);
    const question = { prompt, endIds: new Set<number>(), options: defaultGeneration, random: makeRng(1) };
    const answers = answerAll(decoder, [question], AbortSignal.abort());
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    decoder.destroy();
  });

  test("refuses prompts that are empty or too long", async () => {
    const decoder = await BatchDecoder.create(model, null, 16);
    expect(() => decoder.open(0, [])).toThrow(/no tokens/);
    expect(() => decoder.open(0, new Array<number>(17).fill(1))).toThrow(/has 17 tokens; only 16 fit/);
    decoder.destroy();
  });
});

test.each([
  ["llama", "lora"],
  ["gpt2", "prompt"],
  ["bloom", "prefix"],
  ["t5", "prompt"],
])("%s with %s scores texts as training does", async (family, name) => {
  const model = await loadGoldenModel(gpu, family);
  const state = await stateOf(model, family, name);
  const { vocabularySize: vocabulary, encoder } = model.spec;
  const decoder = await BatchDecoder.create(model, state, 50);
  const texts = promptsOf(model, [40, 9, 17]).map((ids): MeasuredText => {
    const answer = ids.slice(-7);
    const prompt = ids.slice(0, -7);
    return {
      prompt,
      answer,
      measured: ids.map((_, at) => at >= prompt.length + (encoder ? 0 : 1) && at % 3 > 0),
    };
  });
  const found: number[][] = [];
  let right = 0;
  for await (const text of likelihoods(decoder, texts)) {
    found[text.index] = [...text.logProbabilities];
    right += text.right;
  }
  const odds: PlaceOdds[][] = [];
  const measure = (logits: Float32Array, id: number) => placeOdds(logits, id, 3);
  for await (const { index, measures } of measureTexts(decoder, texts, measure)) odds[index] = [...measures];
  let mostLikely = 0;
  for (const [row, { prompt, answer, measured }] of texts.entries()) {
    const ids = [...prompt, ...answer];
    const logits = await computeLogits(model, state, {
      rows: 1,
      length: ids.length,
      ids: Uint32Array.from(ids),
      supervised: Uint8Array.from(ids, (_, at) => Number(at >= prompt.length)),
      segments: [[{ start: 0, length: ids.length }]],
    });
    const places = measured.flatMap((isMeasured, at) => (isMeasured ? [at] : []));
    const front = encoder ? -prompt.length : (state.adapter.promptLength ?? 0) - 1;
    const rows = places.map((at) =>
      Array.from(logits.slice((front + at) * vocabulary, (front + at + 1) * vocabulary)),
    );
    const expected = rows.map((scores, index) => {
      const id = ids[places[index]!]!;
      if (scores.every((score) => score <= scores[id]!)) mostLikely++;
      return scores[id]! - Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    });
    expectClose(found[row]!, expected, 1e-4, "log-probabilities");
    const chances = expected.map((value) => Math.exp(value));
    expectClose(
      odds[row]!.map(({ probability }) => probability),
      chances,
      1e-4,
      "probabilities",
    );
    for (const [index, { likeliest }] of odds[row]!.entries()) {
      const scores = rows[index]!;
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      const largest = scores.map((score) => Math.exp(score) / total).sort((a, b) => b - a);
      expectClose(
        likeliest.map(({ probability }) => probability),
        largest.slice(0, 3),
        1e-4,
        "likeliest tokens",
      );
    }
  }
  expect(right).toBe(mostLikely);
  decoder.destroy();
  state.destroy();
  model.weights.destroy();
});

interface Question {
  readonly context: number[];
  readonly choices: number[][];
  readonly texts: string[];
  readonly gold: number;
  readonly log_likelihoods: number[];
  readonly acc: number;
  readonly acc_norm: number;
}

test("scores multiple choice as lm-evaluation-harness does", async () => {
  const model = await loadGoldenModel(gpu, "llama");
  const questions = readJson<Question[]>("choices.json");
  const texts = questions.flatMap(({ context, choices }) =>
    choices.map((answer): MeasuredText => {
      return {
        prompt: context,
        answer,
        measured: [...context, ...answer].map((_, at) => at >= context.length),
      };
    }),
  );
  const decoder = await BatchDecoder.create(model, null, 16);
  const sums: number[] = [];
  for await (const { index, logProbabilities } of likelihoods(decoder, texts))
    sums[index] = logProbabilities.reduce((sum, value) => sum + value, 0);
  const expected = questions.flatMap(({ log_likelihoods }) => log_likelihoods);
  expectClose(sums, expected, 1e-5, "log-likelihoods");
  for (const [at, { texts: choices, gold, acc, acc_norm }] of questions.entries())
    expect(choiceScores(sums.slice(4 * at, 4 * at + 4), choices, gold)).toEqual({ acc, accNorm: acc_norm });
  decoder.destroy();
  model.weights.destroy();
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { Generator } from "../../src/engine/generate/generator";
import type { AnswerOptions } from "../../src/engine/generate/sampling";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration, type FinishReason, type GenerationOptions } from "../../src/shared/generation";
import { expectSame, promptsOf } from "../support/batch-answers";
import { allCases } from "../support/cases";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenCases,
  goldenFamilies,
  goldenState,
  type GoldenTensor,
  loadGoldenModel,
  readTensors,
  under,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

/** transformers' three generation variants, by the suffix of the tensor's name. */
const VARIANTS: readonly (readonly [string, Partial<GenerationOptions>])[] = [
  ["", {}],
  ["_repetition_penalty", { repetitionPenalty: 1.3 }],
  ["_no_repeat_ngram", { noRepeatNgramSize: 2 }],
];

/** Room for virtual tokens, prompt and answer. */
const CAPACITY = 48;

interface Answer {
  readonly ids: number[];
  readonly finish: FinishReason;
}

async function answer(
  generator: Generator,
  prompt: readonly number[],
  options: Partial<AnswerOptions>,
  endIds: ReadonlySet<number> = new Set(),
  signal?: AbortSignal,
): Promise<Answer> {
  const all = { ...defaultGeneration, ...options };
  const pieces = generator.generate(prompt, all, endIds, makeRng(all.seed), signal);
  const ids: number[] = [];
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { ids, finish: next.value };
    ids.push(next.value);
  }
}

const promptOf = (tensors: ReadonlyMap<string, GoldenTensor>): number[] =>
  Array.from(tensors.get("generate.prompt")!.data);

async function expectGolden(
  model: LoadedModel,
  state: AdapterState | null,
  tensors: ReadonlyMap<string, GoldenTensor>,
  heading: "base" | "adapter",
): Promise<void> {
  const generator = await Generator.create(model, state, CAPACITY);
  // Sampling from logits does not depend on adapters.
  for (const [ending, options] of heading === "base" ? VARIANTS : VARIANTS.slice(0, 1)) {
    const expected = Array.from(tensors.get(`generate.${heading}${ending}`)!.data);
    const made = await answer(generator, promptOf(tensors), { ...options, maxNewTokens: expected.length });
    expect(made, `${heading}${ending}`).toEqual({ ids: expected, finish: "length" });
  }
  generator.destroy();
}

/** Cases that are also answered in batches, by family: every way in which an adapter affects decoding. */
const BATCHED: Readonly<Record<string, string>> = {
  bloom: "prefix",
  gemma3: "prefix",
  gpt2: "prompt",
  llama_tied: "xlora",
  mt5: "prefix",
  qwen2_window: "lora",
  t5: "prompt",
};

test("has a golden for every case answered in batches", () => {
  for (const [family, name] of Object.entries(BATCHED)) expect(goldenCases(family)).toContain(name);
});

describe.each(goldenFamilies())("%s answers as transformers does", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test("base", async () => {
    await expectGolden(model, null, await readTensors(family, "base.safetensors"), "base");
  });

  // Quantised weights only affect matrices, which other tests cover.
  test.skipIf(family.includes("nf4") || !(allCases || family in BATCHED))("base, in batches", async () => {
    await expectSame(model, null, { prompts: promptsOf(model) });
  });

  // Training's tests hold cases to their logits; CI decodes all of them.
  const chosen = allCases ? goldenCases(family) : [BATCHED[family] ?? []].flat();
  test.each(chosen)("%s", async (name) => {
    const tensors = await readTensors(family, name, "golden.safetensors");
    const adapter = bindCase(model, family, name);
    const state = goldenState(gpu, adapter, tensors, "after");
    await expectGolden(model, state, tensors, "adapter");
    if (BATCHED[family] === name) await expectSame(model, state, { prompts: promptsOf(model) });
    state.destroy();
  });
});

describe("a generator", () => {
  let model: LoadedModel;
  let prompt: number[];
  let expected: number[];
  let generator: Generator;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, "llama");
    const tensors = await readTensors("llama", "base.safetensors");
    prompt = promptOf(tensors);
    expected = Array.from(tensors.get("generate.base_no_repeat_ngram")!.data);
    generator = await Generator.create(model, null, 16);
  });
  afterAll(() => {
    generator.destroy();
    model.weights.destroy();
  });
  const options = { noRepeatNgramSize: 2, maxNewTokens: 12 };

  test("stops before an end token", async () => {
    const end = expected[4]!;
    const before = expected.indexOf(end);
    const made = await answer(generator, prompt, options, new Set([end]));
    expect(made).toEqual({ ids: expected.slice(0, before), finish: "end-token" });
  });

  test("stops where its cache is full", async () => {
    const made = await answer(generator, prompt, options);
    expect(made).toEqual({ ids: expected.slice(0, 16 - prompt.length), finish: "length" });
  });

  test("stops on request", async () => {
    const made = await answer(generator, prompt, options, new Set(), AbortSignal.abort());
    expect(made).toEqual({ ids: [], finish: "stopped" });
  });

  test("refuses a prompt that leaves no room, and an empty one", async () => {
    const long = Array.from({ length: 16 }, () => 1);
    await expect(answer(generator, long, options)).rejects.toThrow(/has 16 tokens; only 16 fit/);
    await expect(answer(generator, [], options)).rejects.toThrow(/no tokens/);
  });

  test("samples the same answer with the same seed, and others with other seeds", async () => {
    const draw = { temperature: 1.5, maxNewTokens: 8 };
    const [first, again, other] = [
      await answer(generator, prompt, { ...draw, seed: 1 }),
      await answer(generator, prompt, { ...draw, seed: 1 }),
      await answer(generator, prompt, { ...draw, seed: 2 }),
    ];
    expect(again).toEqual(first);
    expect(other.ids).not.toEqual(first.ids);
  });
});

describe("the GPU draws what the host draws", () => {
  let model: LoadedModel;
  let prompt: number[];
  let generator: Generator;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, "llama");
    prompt = promptOf(await readTensors("llama", "base.safetensors"));
    generator = await Generator.create(model, null, CAPACITY, true);
  });
  afterAll(() => {
    generator.destroy();
    model.weights.destroy();
  });
  // A rule without effect that the GPU leaves to the host.
  const byHost = { endDecay: { start: 1e6, factor: 1 } };
  const minimum = { minNew: 6, suppressed: [4] };

  test.each<[string, Partial<AnswerOptions>]>([
    ["at temperature 0 with a repetition penalty", { repetitionPenalty: 1.3 }],
    ["at temperature 1.5", { temperature: 1.5 }],
    ["under top-k and a repetition penalty", { temperature: 1, topK: 9, repetitionPenalty: 1.2 }],
    ["under top-p without repeated pairs", { temperature: 2, topP: 0.8, noRepeatNgramSize: 2 }],
    ["with a least length and suppressed tokens", { temperature: 1.5, rules: minimum }],
  ])("%s", async (_, options) => {
    for (const seed of [1, 2, 3]) {
      const asked = { ...options, seed, maxNewTokens: 24 };
      const expected = await answer(generator, prompt, { ...asked, rules: { ...options.rules, ...byHost } });
      expect(await answer(generator, prompt, asked), `seed ${seed}`).toEqual(expected);
      const end = new Set([expected.ids[9]!]);
      const rules = { ...options.rules, ...byHost };
      const ended = await answer(generator, prompt, { ...asked, rules }, end);
      expect(await answer(generator, prompt, asked, end), `seed ${seed} with an end`).toEqual(ended);
    }
  });

  test("and stops within a burst when asked to", async () => {
    const controller = new AbortController();
    const all = { ...defaultGeneration, maxNewTokens: 24 };
    const pieces = generator.generate(prompt, all, new Set(), makeRng(1), controller.signal);
    const ids: number[] = [];
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) if (ids.push(next.value) === 5) controller.abort();
    expect(ids).toHaveLength(5);
    expect(next.value).toBe("stopped");
  });
});

test("an answer to a prompt that begins as the last one equals one from an empty cache", async () => {
  const model = await loadGoldenModel(gpu, "llama");
  const generator = await Generator.create(model, null, 160);
  const prompt = Array.from({ length: 150 }, (_, index) => (index * 31 + 7) % model.spec.vocabularySize);
  const changed = prompt.with(140, 3);
  const fresh = await generator.logitsAfter(prompt);
  const other = await generator.logitsAfter(changed);
  expect(other).not.toEqual(fresh);
  expect(await generator.logitsAfter(prompt)).toEqual(fresh);
  expect(await generator.logitsAfter(prompt.with(2, 3))).not.toEqual(fresh);
  expect(await generator.logitsAfter(prompt)).toEqual(fresh);
  generator.destroy();
  model.weights.destroy();
});

test("an answer uses the adapter's current values", async () => {
  const model = await loadGoldenModel(gpu, "llama_tied");
  // DoRA's magnitudes are computed once per answer.
  const tensors = await readTensors("llama_tied", "dora", "golden.safetensors");
  const state = goldenState(gpu, bindCase(model, "llama_tied", "dora"), tensors);
  const prompt = promptOf(tensors);
  const expected = Array.from(tensors.get("generate.adapter")!.data);
  const generator = await Generator.create(model, state, prompt.length + expected.length);
  const options = { maxNewTokens: expected.length };
  const before = await answer(generator, prompt, options);
  state.write(under(tensors, "after"));
  const after = await answer(generator, prompt, options);
  expect(after.ids).toEqual(expected);
  expect(before.ids).not.toEqual(expected);
  generator.destroy();
  state.destroy();
  model.weights.destroy();
});

test.each([
  ["llama", "lora"],
  ["llama", "prefix"],
  ["gpt2", "prompt"],
  ["gemma3", "prefix"],
  ["bloom", "prefix"],
  ["opt_350m", "prompt"],
])("%s with %s reads a prompt of several passes as training does", async (family, name) => {
  const model = await loadGoldenModel(gpu, family);
  const tensors = await readTensors(family, name, "golden.safetensors");
  const adapter = bindCase(model, family, name);
  const state = goldenState(gpu, adapter, tensors);
  const vocabulary = model.spec.vocabularySize;
  const prompt = Array.from({ length: 37 }, (_, index) => (index * 31 + 7) % vocabulary);
  const logits = await computeLogits(model, state, {
    rows: 1,
    length: prompt.length,
    ids: Uint32Array.from(prompt),
    supervised: new Uint8Array(prompt.length),
    segments: [[{ start: 0, length: prompt.length }]],
  });
  const generator = await Generator.create(model, state, 48);
  expectClose(
    await generator.logitsAfter(prompt),
    logits.slice(-vocabulary),
    1e-4,
    "logits of the last token",
  );
  generator.destroy();
  state.destroy();
  model.weights.destroy();
});

test.each([
  ["t5", "prompt"],
  ["mt5", "lora"],
  ["mt5", "prefix"],
])("%s with %s starts answers to short and long prompts as training does", async (family, name) => {
  const model = await loadGoldenModel(gpu, family);
  const tensors = await readTensors(family, name, "golden.safetensors");
  const state = goldenState(gpu, bindCase(model, family, name), tensors);
  const vocabulary = model.spec.vocabularySize;
  // An encoder has programs for prompts of 64 tokens and for the full capacity.
  const generator = await Generator.create(model, state, 90);
  for (const length of [3, 64, 80]) {
    const prompt = Array.from({ length }, (_, index) => (index * 31 + 7) % vocabulary);
    const logits = await computeLogits(model, state, {
      rows: 1,
      length: length + 1,
      ids: Uint32Array.from([...prompt, 5]),
      supervised: Uint8Array.from({ length: length + 1 }, (_, index) => Number(index === length)),
      segments: [[{ start: 0, length: length + 1 }]],
    });
    const made = await generator.logitsAfter(prompt);
    expectClose(made, logits.slice(0, vocabulary), 1e-4, `logits after ${length} tokens`);
  }
  const long = Array.from({ length: 91 }, () => 1);
  await expect(answer(generator, long, {})).rejects.toThrow(/has 91 tokens/);
  generator.destroy();
  state.destroy();
  model.weights.destroy();
});

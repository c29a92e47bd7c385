import { describe, expect, test } from "vitest";
import type { AnswerState } from "../../../src/engine/generate/answer-rules";
import { argmax, processLogits, sampleToken } from "../../../src/engine/generate/sampling";
import { readGeneration } from "../../../src/worker/generation-config";
import { makeRng } from "../../../src/lib/rng";
import { readJson } from "../../support/golden";
import { defaultGeneration, type GenerationOptions } from "../../../src/shared/generation";

/** The state after these ids, without a prompt. */
function after(ids: readonly number[]): AnswerState {
  return { ids, before: 0, prompt: [], endIds: new Set(), isLast: false };
}

/** Logits whose softmax gives exactly these probabilities. */
const logitsOf = (...probabilities: number[]): Float32Array =>
  Float32Array.from(probabilities, (probability) => Math.log(probability));

/** How often each id is drawn as the uniform sample sweeps [0, 1). */
function shares(
  logits: Float32Array,
  options: Partial<GenerationOptions>,
  previous: readonly number[] = [],
): number[] {
  const draws = 1000;
  const counts = Array.from(logits, () => 0);
  for (let index = 0; index < draws; index++) {
    const all = { ...defaultGeneration, temperature: 1, ...options };
    const id = sampleToken(logits, after(previous), all, () => (index + 0.5) / draws);
    counts[id] = counts[id]! + 1;
  }
  return counts.map((count) => count / draws);
}

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((share, id) => expect(actual[id], `share of ${id}`).toBeCloseTo(share, 2));
}

const logits = logitsOf(0.1, 0.4, 0.2, 0.3);

describe("drawing", () => {
  test("follows the model's probabilities", () => {
    expectShares(shares(logits, {}), [0.1, 0.4, 0.2, 0.3]);
  });

  test("sharpens below temperature 1 and flattens above", () => {
    // p^(1/T), normalised: squares for T = 0.5, square roots for T = 2.
    expectShares(shares(logits, { temperature: 0.5 }), [0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3]);
    const roots = [0.1, 0.4, 0.2, 0.3].map(Math.sqrt);
    const total = roots.reduce((sum, root) => sum + root, 0);
    expectShares(
      shares(logits, { temperature: 2 }),
      roots.map((root) => root / total),
    );
  });

  test("top k keeps the k most likely", () => {
    expectShares(shares(logits, { topK: 2 }), [0, 4 / 7, 0, 3 / 7]);
    expectShares(shares(logits, { topK: 1 }), [0, 1, 0, 0]);
    expectShares(shares(logits, { topK: 100 }), [0.1, 0.4, 0.2, 0.3]);
  });

  test("top p keeps the fewest tokens that reach the share", () => {
    expectShares(shares(logits, { topP: 0.3 }), [0, 1, 0, 0]);
    expectShares(shares(logits, { topP: 0.6 }), [0, 4 / 7, 0, 3 / 7]);
    expectShares(shares(logits, { topP: 0.8 }), [0, 4 / 9, 2 / 9, 3 / 9]);
  });

  test("top p applies after temperature and top k", () => {
    // Of the two kept by top k, the first has 4/7: enough for 0.55 but not for 0.6.
    expectShares(shares(logits, { topK: 2, topP: 0.55 }), [0, 1, 0, 0]);
    expectShares(shares(logits, { topK: 2, topP: 0.6 }), [0, 4 / 7, 0, 3 / 7]);
    // At temperature 0.5 the first has 0.16/0.3.
    expectShares(shares(logits, { temperature: 0.5, topP: 0.5 }), [0, 1, 0, 0]);
  });

  test("the same seed draws the same ids", () => {
    const draw = (seed: number): number[] => {
      const rng = makeRng(seed);
      const options = { ...defaultGeneration, temperature: 1 };
      return Array.from({ length: 32 }, () => sampleToken(logits, after([]), options, () => rng.uniform()));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });
});

/** A reference for sampleToken that sorts everything. */
function drawBySorting(scores: Float32Array, options: GenerationOptions, uniform: number): number {
  const { temperature, topK, topP } = options;
  const ids = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const top = topK > 0 ? ids.slice(0, topK) : ids;
  const weights = top.map((id) => Math.exp((scores[id]! - scores[top[0]!]!) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  for (let mass = 0; kept < top.length && (kept === 0 || mass < topP * total); kept++) mass += weights[kept]!;
  let rest = uniform * weights.slice(0, kept).reduce((sum, weight) => sum + weight, 0);
  const drawn = top.slice(0, kept).find((_, index) => (rest -= weights[index]!) < 0);
  return drawn ?? top[kept - 1]!;
}

describe.each([50, 20_000])("matches a draw from the fully sorted list of %i", (size) => {
  const filters = [
    { topK: 0, topP: 1 },
    { topK: 40, topP: 1 },
    { topK: 0, topP: 0.9 },
    { topK: 50, topP: 0.95 },
    { topK: 0, topP: 0.999 },
  ];
  test.each(filters)("top k $topK, top p $topP", (filter) => {
    for (const spread of [0.1, 1, 4, 12])
      for (const temperature of [0.7, 1, 2])
        for (let seed = 0; seed < (size > 1000 ? 2 : 20); seed++) {
          const rng = makeRng(seed);
          // Steps of 1/64 produce ties and zeros of both signs.
          const scores = Float32Array.from(
            { length: size },
            () => Math.round(rng.normal() * spread * 64) / 64,
          );
          if (seed % 2 === 0) scores[3] = -Infinity;
          const options = { ...defaultGeneration, ...filter, temperature };
          const uniform = rng.uniform();
          expect(
            sampleToken(scores, after([]), options, () => uniform),
            `spread ${spread}, temperature ${temperature}, seed ${seed}`,
          ).toBe(drawBySorting(scores, options, uniform));
        }
  });
});

describe("processors", () => {
  const greedy = (values: number[], previous: number[], options: Partial<GenerationOptions>): number =>
    sampleToken(Float32Array.from(values), after(previous), { ...defaultGeneration, ...options }, () => 0);

  test("temperature 0 takes the most likely token, and the first of equal ones", () => {
    expect(greedy([1, 3, 3, 2], [], {})).toBe(1);
    expect(argmax(Float32Array.of(-2, -1, -3))).toBe(1);
  });

  test("the repetition penalty divides positive and multiplies negative logits, once per id", () => {
    expect(greedy([2, 1.9], [0], { repetitionPenalty: 1.1 })).toBe(1);
    expect(greedy([2, 1.9], [0, 0, 0], { repetitionPenalty: 1.04 })).toBe(0);
    expect(greedy([-1, -1.05], [0], { repetitionPenalty: 1.1 })).toBe(1);
    expect(greedy([-1, -1.05], [0], { repetitionPenalty: 0.9 })).toBe(0);
  });

  test("no_repeat_ngram_size prevents repeated n-grams", () => {
    // 5 was followed by 2 and by 3, so neither may follow it again.
    const values = [0, 1, 4, 3, 2, 0];
    expect(greedy(values, [5, 2, 5, 3, 5], {})).toBe(2);
    expect(greedy(values, [5, 2, 5, 3, 5], { noRepeatNgramSize: 2 })).toBe(4);
    expect(greedy(values, [5, 2, 5, 3, 5], { noRepeatNgramSize: 3 })).toBe(2);
    expect(greedy(values, [2, 3, 5, 2, 3], { noRepeatNgramSize: 3 })).toBe(2);
    expect(greedy([0, 1, 2, 3], [2, 3, 1, 2, 3], { noRepeatNgramSize: 3 })).toBe(3);
    expect(greedy([0, 9, 2, 3], [2, 3, 1, 2, 3], { noRepeatNgramSize: 3 })).toBe(3);
    expect(greedy(values, [2, 3], { noRepeatNgramSize: 1 })).toBe(4);
    expect(greedy(values, [], { noRepeatNgramSize: 3 })).toBe(2);
  });

  test("a banned token is never drawn", () => {
    expectShares(shares(logitsOf(0.5, 0.25, 0.25), { noRepeatNgramSize: 1 }, [0]), [0, 0.5, 0.5]);
  });
});

/** Scores and keys of generation_config.json, and what transformers' processors make of them; null is -Infinity. */
interface Goldens {
  readonly ends: readonly number[];
  readonly cases: readonly {
    readonly generation: Readonly<Record<string, unknown>>;
    readonly prompt: readonly number[];
    readonly before: number;
    readonly ids: readonly number[];
    readonly maxNewTokens: number;
    readonly scores: readonly number[];
    readonly expected: readonly (number | null)[];
  }[];
}

const { ends, cases } = readJson<Goldens>("answers.json");

test.each(cases.map((one) => [JSON.stringify(one.generation), one] as const))(
  "scores match transformers under %s",
  (_, { generation, scores, expected, maxNewTokens, ...answer }) => {
    const { rules, ownSampling, unread } = readGeneration(generation, {});
    expect(unread).toEqual([]);
    const isLast = answer.ids.length - answer.before === maxNewTokens - 1;
    const got = processLogits(
      Float32Array.from(scores),
      { ...answer, endIds: new Set(ends), isLast },
      { ...defaultGeneration, ...ownSampling, rules },
    );
    expected.forEach((score, id) => {
      if (score === null) expect(got[id], `score of ${id}`).toBe(-Infinity);
      else expect(got[id], `score of ${id}`).toBeCloseTo(score, 4);
    });
  },
);

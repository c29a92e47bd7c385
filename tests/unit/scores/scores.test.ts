import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chrf } from "../../../src/scores/by-answer/chrf";
import { rougeL } from "../../../src/scores/by-answer/rouge-l";
import { choiceScores, likelihoodScores } from "../../../src/scores/likelihood";
import { answerScorer } from "../../../src/scores/registry";
import { summarise } from "../../../src/scores/summary";
import type { ScoredRow, ScoreValues } from "../../../src/shared/scores";

interface Pair {
  readonly answer: string;
  readonly expected: string;
  readonly chrf: number;
  readonly rougeL: number;
}

const pairs = JSON.parse(readFileSync("tests/golden/scores.json", "utf8")) as Pair[];
const given = (answer: string, expected: string, ids: number[] = []) => {
  return { answer, expected, ids, finish: "end-token" as const };
};

test.each(pairs)("chrF and ROUGE-L of $answer to $expected", ({ answer, expected, ...golden }) => {
  expect(chrf(given(answer, expected))).toBeCloseTo(golden.chrf, 9);
  // Without an expected word rouge-score returns 0; here the score does not apply.
  expect(rougeL(given(answer, expected)) ?? 0).toBeCloseTo(golden.rougeL, 12);
});

describe("scores of an answer", () => {
  const score = answerScorer({ pattern: "^\\d+ apples" });

  test.each([
    [" Paris. ", "Paris.", { exact: 1, normalised: 1, contains: 1, regex: 0 }],
    ["paris", "Paris.", { exact: 0, normalised: 1, contains: 1 }],
    ["It is “Paris”, of course.", "paris", { exact: 0, normalised: 0, contains: 1 }],
    ["12 apples", "13 apples", { exact: 0, contains: 0, regex: 1 }],
    ["ＡＢＣ", "abc", { exact: 0, normalised: 1 }],
  ])("%s to %s", (answer, expected, values) => {
    expect(score(given(answer, expected))).toMatchObject(values);
  });

  test("scores JSON only if it is expected", () => {
    expect(score(given('{"a": 1', '{"a": 1}')).json).toBe(0);
    expect(score(given(' {"b": []}\n', '{"a": 1}')).json).toBe(1);
    expect(score(given("{}", "no JSON")).json).toBeUndefined();
    expect(score(given("{}", "[1] Introduction")).json).toBeUndefined();
  });

  test("repetition is the share of repeated 4-grams", () => {
    expect(score(given("", "", [1, 2, 3])).repetition).toBe(0);
    expect(score(given("", "", [1, 1, 1, 1, 1, 1])).repetition).toBeCloseTo(2 / 3);
    expect(score(given("", "", [1, 2, 3, 4, 5, 1, 2, 3, 4])).repetition).toBeCloseTo(1 / 6);
  });

  test("length and end", () => {
    expect(score({ ...given("a b", "a", [4, 5]), finish: "length" })).toMatchObject({ length: 2, ended: 0 });
  });

  test("an expression over budget does not match, and an invalid one is refused", () => {
    expect(answerScorer({ pattern: "" })(given("a", "b")).regex).toBeUndefined();
    expect(answerScorer({ pattern: "(a|aa)+$" })(given(`${"a".repeat(500)}b`, "")).regex).toBe(0);
    expect(() => answerScorer({ pattern: "(" })).toThrow(/no regular expression/);
  });
});

test("loss, perplexity and accuracy of tokens", () => {
  const scores = likelihoodScores([Math.log(0.5), Math.log(0.125)], 1);
  expect(scores.loss).toBeCloseTo(2 * Math.LN2);
  expect(scores.perplexity).toBeCloseTo(4);
  expect(scores.tokenAccuracy).toBe(0.5);
  expect(likelihoodScores([], 0)).toEqual({});
});

test("the first of equally likely choices counts", () => {
  expect(choiceScores([-2, -2], ["ab", "abcd"], 0)).toEqual({ acc: 1, accNorm: 0 });
  expect(choiceScores([-1, -2], ["a", "👍👍👍👍"], 1)).toEqual({ acc: 0, accNorm: 1 });
});

function row(...values: ScoreValues[]): ScoredRow {
  const answers = values.map((some) => ({ text: "", finish: "length" as const, values: some }));
  return { question: "", expected: "", expectedTokens: 1, answers };
}

describe("a summary", () => {
  const rows = Array.from({ length: 40 }, (_, at) =>
    row({ loss: 2, exact: 0, length: 5 }, { loss: at % 4 === 0 ? 3 : 1, exact: Number(at % 2), length: 5 }),
  );
  const of = (id: string) => summarise(rows).find((summary) => summary.id === id)!;

  test("counts wins by the better direction, and gives an interval of the difference", () => {
    const loss = of("loss");
    expect(loss.means).toEqual([2, 1.5]);
    expect(loss.difference).toMatchObject({ mean: -0.5, counts: { wins: 30, ties: 0, losses: 10 } });
    expect(of("exact").difference).toMatchObject({ mean: 0.5, counts: { wins: 20, ties: 20, losses: 0 } });
    expect(of("length").difference?.counts).toBeNull();
    // Normal approximation of a 95% interval for a share of 1/2 among 40 rows: 0.5 ± 0.155.
    const { low, high } = of("exact").difference!;
    expect(low).toBeGreaterThan(0.3);
    expect(low).toBeLessThan(0.4);
    expect(high).toBeGreaterThan(0.6);
    expect(high).toBeLessThan(0.7);
  });

  test("gives a reproducible interval", () => {
    expect(summarise(rows)).toEqual(summarise(rows));
  });

  test("weights losses by tokens, and takes perplexity of the mean loss", () => {
    const [long, short] = [row({ loss: 1, perplexity: Math.E }), row({ loss: 4, perplexity: Math.exp(4) })];
    const [loss, perplexity] = summarise([{ ...long, expectedTokens: 3 }, short]);
    expect(loss?.means[0]).toBeCloseTo(7 / 4);
    expect(perplexity?.means[0]).toBeCloseTo(Math.exp(7 / 4));
  });

  test("skips rows without the score, and scores without rows", () => {
    const some = summarise([row({ json: 1 }, { json: 0 }), row({}, {}), row({ json: 1 }, {})]);
    expect(some).toHaveLength(1);
    expect(some[0]).toMatchObject({ id: "json", rows: 1, means: [1, 0] });
  });
});

import { describe, expect, test } from "vitest";
import { withOthersAnswers } from "../../../src/data/batch/others-answers";
import { DatasetEncoder } from "../../../src/data/encode/encode-dataset";
import { cutRow, type EncodedRow, encodeRow, type WholeRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import type { Comparison } from "../../../src/shared/objectives";
import type { LabelledRow, PreferenceRow, Row } from "../../../src/shared/rows";
import { LEARN_EVERY } from "../../../src/shared/training";
import { readJson } from "../../support/golden";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { goldenFiles, goldenTokenizer } from "../tokenizer/goldens";

interface Text {
  readonly ids: readonly number[];
  readonly answer: readonly number[];
}

interface Truncation {
  readonly rows: readonly Readonly<Record<"prompt_ids" | "chosen_ids" | "rejected_ids", readonly number[]>>[];
  readonly cases: readonly ({ readonly max_length: number } & Readonly<
    Record<"chosen" | "rejected" | "labelled" | "other", readonly Text[]>
  >)[];
}

const { rows, cases } = readJson<Truncation>("preferences", "truncation.json");

function whole(prompt: readonly number[], answer: readonly number[]): WholeRow {
  const ids = [...prompt, ...answer];
  const supervised = ids.map((_, index) => index >= prompt.length);
  const parts = supervised.map((isAnswer) => (isAnswer ? ("answer" as const) : ("prompt" as const)));
  return { encoded: { ids, supervised, parts }, endIds: [], notes: NO_NOTES, refusal: null };
}

const textOf = ({ ids, supervised }: Pick<EncodedRow, "ids" | "supervised">): Text => ({
  ids: [...ids],
  answer: [...supervised],
});

test.each(cases)("truncates texts of more than $max_length tokens as TRL's collators do", (golden) => {
  const { max_length: length } = golden;
  const cut = (field: "chosen_ids" | "rejected_ids") =>
    rows.map((row) => cutRow(whole(row.prompt_ids, row[field]), length));
  expect(cut("chosen_ids").map(textOf)).toEqual(golden.chosen);
  expect(cut("rejected_ids").map(textOf)).toEqual(golden.rejected);
  const labelled = rows.map((row) => ({
    ...cutRow(whole(row.prompt_ids, row.chosen_ids), length),
    answer: {
      ids: Uint32Array.from(row.chosen_ids),
      supervised: new Uint8Array(row.chosen_ids.length).fill(1),
    },
  }));
  expect(labelled.map(textOf)).toEqual(golden.labelled);
  const others = withOthersAnswers(labelled, rows.length, length);
  expect(others.map(({ rejected }) => textOf(rejected!))).toEqual(golden.other);
});

test("takes other answers from the same batch", () => {
  const labelled = [1, 2, 3, 4, 5].map((id) => ({
    ...cutRow(whole([9], [id]), 8),
    answer: { ids: Uint32Array.of(id), supervised: Uint8Array.of(1) },
  }));
  const others = withOthersAnswers(labelled, 2, 8).map(({ rejected }) => rejected!.ids[1]);
  expect(others).toEqual([2, 1, 4, 3, 5]);
});

const tokenizer = goldenTokenizer("gpt2");
const question = { role: "user", text: "Name a wood." } as const;
const said = (text: string) => ({ role: "assistant", text }) as const;
const preference: PreferenceRow = {
  kind: "preference",
  prompt: [question, said("Oak."), { role: "user", text: "Another." }],
  chosen: [said("Spruce.")],
  rejected: [said("There are many woods.")],
};
const labelled = (good: boolean): LabelledRow => ({
  kind: "labelled",
  turns: [...preference.prompt, said("Spruce.")],
  good,
});
const conversation: Row = { kind: "conversation", turns: [question, said("Oak.")] };

function encode(row: Row, compares: Comparison, thoughts = LEARN_EVERY.thoughts): EncodedRow[] {
  const options = {
    ...LEARN_EVERY,
    thoughts,
    templateId: "human-assistant",
    maxLength: 200,
    compares,
  } as const;
  return new DatasetEncoder(tokenizer, options).add(row, 3);
}

function learned({ ids, supervised }: Pick<EncodedRow, "ids" | "supervised">): string {
  const kept = [...ids].filter((_, index) => supervised[index] === 1);
  return tokenizer.decode(kept, { skipSpecialTokens: false });
}

describe("preference rows", () => {
  test("a pair has both answers after one unsupervised prompt", () => {
    const [pair] = encode(preference, "pairs");
    expect([learned(pair!), learned(pair!.rejected!)]).toEqual([
      " Spruce.<|endoftext|>",
      " There are many woods.<|endoftext|>",
    ]);
    const start = pair!.supervised.indexOf(1);
    expect([...pair!.ids.subarray(0, start)]).toEqual([...pair!.rejected!.ids.subarray(0, start)]);
  });

  test.each([true, false])("the label of a conversation (%s) applies to its last answer", (good) => {
    const [row] = encode(labelled(good), "labels");
    expect([row!.good, row!.excluded, learned(row!)]).toEqual([good, null, " Spruce.<|endoftext|>"]);
    expect(learned(row!.answer!)).toBe(learned(row!));
  });

  test("a pair becomes a good and a bad answer", () => {
    const both = encode(preference, "labels");
    expect(both.map((one) => [one.good, one.row, learned(one)])).toEqual([
      [true, 3, " Spruce.<|endoftext|>"],
      [false, 3, " There are many woods.<|endoftext|>"],
    ]);
  });

  test("thoughts are handled as in answers", () => {
    const thinking = { ...preference, chosen: [said("<think>Softwood?</think>Spruce.")] };
    const [masked] = encode(thinking, "pairs", "mask");
    expect(learned(masked!).trim()).toBe("Spruce.<|endoftext|>");
  });

  test.each<[Row, Comparison, string]>([
    [conversation, "pairs", "data/no-preference"],
    [labelled(true), "pairs", "data/no-preference"],
    [conversation, "labels", "data/no-label"],
    [{ kind: "text", text: "Wood." }, "labels", "data/no-label"],
  ])("others are left out: %o for %s", (row, compares, code) => {
    expect(encode(row, compares)[0]?.excluded).toEqual({ code });
  });
});

describe("plain-text training on conversations", () => {
  const rule = { ...LEARN_EVERY, learnFrom: "all" } as const;

  test("supervises every token, questions included", () => {
    const row = encodeRow(preference, "human-assistant", tokenizer, 200, rule);
    expect([...row.supervised].every((mark) => mark === 1)).toBe(true);
    expect(learned(row)).toContain("Human: Name a wood.");
    expect(row.excluded).toBeNull();
  });

  test("is refused for a model with an encoder", () => {
    const t5 = loadTokenizer({ tokenizer: goldenFiles("t5") }, { splitsAnswers: true });
    const row = encodeRow(conversation, "plain", t5, 200, rule);
    expect(row.excluded).toEqual({ code: "data/text-needs-decoder" });
  });
});

import { describe, expect, it } from "vitest";
import { encodeRow as encodeConversation } from "../../../src/data/encode/encode-row";
import { lengthStats } from "../../../src/data/encode/length-stats";
import { tokenView } from "../../../src/data/encode/token-view";
import { rowPromptIds } from "../../../src/data/shape/conversation";
import type { RenderingId } from "../../../src/data/shape/prompt-template";
import { alpacaRow, type AlpacaRow as Row } from "../../../src/shared/rows";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import { goldenFiles, goldenTokenizer, STYLES } from "../tokenizer/goldens";

/** Alpaca rows are the shortest to write. */
const encodeRow = (given: Row, ...rest: Tail<Parameters<typeof encodeConversation>>) =>
  encodeConversation(alpacaRow(given), ...rest);
type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

const row: Row = { instruction: "Name the wood", input: "of a violin's top", output: "It is spruce." };
const gpt2 = goldenTokenizer("gpt2");

/** The text of the supervised tokens. */
function learned(tokenizer: Tokenizer, given: Row, templateId: RenderingId, maxLength = 1000): string {
  const { ids, supervised } = encodeRow(given, templateId, tokenizer, maxLength);
  return tokenizer.decode(
    [...ids].filter((_, index) => supervised[index] === 1),
    { skipSpecialTokens: false },
  );
}

describe("encodeRow", () => {
  it.each(STYLES)("supervises only the answer and the end token: %s", (style) => {
    const tokenizer = goldenTokenizer(style);
    const end = tokenizer.tokenText(tokenizer.eosId!);
    expect(learned(tokenizer, row, "instruction-answer").trim()).toBe(`It is spruce.${end}`);
    expect(learned(tokenizer, row, "alpaca")).toBe(`It is spruce.${end}`);
  });

  it("tokenises prompt and answer as one text, and prompts the model with its beginning", () => {
    const { ids, supervised } = encodeRow({ ...row, output: "spruce" }, "human-assistant", gpt2, 1000);
    const text = "Human: Name the wood\nof a violin's top\n\nAssistant: spruce<|endoftext|>";
    expect([...ids]).toEqual(gpt2.encode(text, { addSpecialTokens: false }));
    const asked = rowPromptIds(alpacaRow(row), "human-assistant", gpt2);
    expect([...ids.subarray(0, supervised.indexOf(1))]).toEqual(asked.ids);
    expect([asked.answerLead, learned(gpt2, { ...row, output: "spruce" }, "human-assistant")]).toEqual([
      " ",
      " spruce<|endoftext|>",
    ]);
  });

  it("starts with the tokenizer's start token, or the chat template's", () => {
    const llama3 = goldenTokenizer("llama3");
    for (const templateId of ["alpaca", "chat"] as const) {
      const { ids, supervised } = encodeRow(row, templateId, llama3, 1000);
      expect(ids[0]).toBe(llama3.bosId);
      expect(ids[1]).not.toBe(llama3.bosId);
      expect(supervised[0]).toBe(0);
    }
  });

  it("masks by length, even if the prompt contains an end token that is also the padding token", () => {
    const tricky: Row = {
      instruction: "What is <|endoftext|>?",
      input: "",
      output: "An end <|endoftext|> token",
    };
    expect(learned(gpt2, tricky, "instruction-answer")).toBe(" An end <|endoftext|> token<|endoftext|>");
  });

  it("truncates the end and reports it", () => {
    const whole = encodeRow(row, "instruction-answer", gpt2, 1000);
    expect(whole).toMatchObject({ excluded: null, hasEnd: true, fullLength: whole.ids.length });
    const exact = encodeRow(row, "instruction-answer", gpt2, whole.ids.length);
    expect(exact).toEqual(whole);
    const cut = encodeRow(row, "instruction-answer", gpt2, whole.ids.length - 3);
    expect(cut).toMatchObject({ excluded: null, hasEnd: true, fullLength: whole.ids.length });
    expect([whole.isEndCut, cut.isEndCut]).toEqual([false, true]);
    expect([...cut.ids]).toEqual([...whole.ids.slice(0, -3)]);
    expect(cut.supervised).toEqual(whole.supervised.slice(0, -3));
  });

  it("excludes a row only if its whole answer is cut", () => {
    const whole = encodeRow(row, "instruction-answer", gpt2, 1000);
    const start = whole.supervised.indexOf(1);
    expect(encodeRow(row, "instruction-answer", gpt2, start).excluded).toEqual({
      code: "data/question-fills-row",
      maxLength: start,
    });
    expect(encodeRow(row, "instruction-answer", gpt2, start + 1).excluded).toBeNull();
  });

  it("supervises only the end token of an empty answer, if there is one", () => {
    const silent = { ...row, output: "" };
    expect(learned(gpt2, silent, "alpaca")).toBe("<|endoftext|>");
    const endless = loadTokenizer({ tokenizer: { ...goldenFiles("gpt2"), config: {} } });
    const encoded = encodeRow(silent, "alpaca", endless, 1000);
    expect(encoded).toMatchObject({ excluded: { code: "data/nothing-to-learn" }, hasEnd: false });
    expect(encodeRow(row, "alpaca", endless, 1000)).toMatchObject({ excluded: null, hasEnd: false });
  });

  it("encodes a row of 100,000 characters", () => {
    const long = { ...row, output: "spruce and maple ".repeat(6000) };
    const encoded = encodeRow(long, "alpaca", gpt2, 256);
    expect(encoded.ids).toHaveLength(256);
    expect(encoded.fullLength).toBeGreaterThan(10_000);
  });
});

describe("a row for a model with an encoder", () => {
  const t5 = loadTokenizer({ tokenizer: goldenFiles("t5") }, { splitsAnswers: true });
  const text = (ids: Iterable<number>): string => t5.decode([...ids], { skipSpecialTokens: false });

  it("is the prompt as the tokenizer wraps it, then the answer with its end token", () => {
    const { ids, supervised } = encodeRow(row, "instruction-answer", t5, 1000);
    const prompt = "Instruction: Name the wood\nInput: of a violin's top\nAnswer: ";
    const read = t5.encode(prompt, { addSpecialTokens: true });
    expect([...ids.subarray(0, supervised.indexOf(1))]).toEqual(read);
    expect(read.at(-1)).toBe(t5.eosId);
    expect(learned(t5, row, "instruction-answer")).toBe("It is spruce.</s>");
    expect(supervised.subarray(read.length)).not.toContain(0);
  });

  it("has earlier answers in its prompt, unsupervised", () => {
    const told: Row = { ...row, history: [["What is this?", "A violin."]] };
    const { ids, supervised } = encodeRow(told, "instruction-answer", t5, 1000);
    const read = text(ids.subarray(0, supervised.indexOf(1)));
    expect(read).toContain("A violin.");
    expect(read.split("</s>")).toHaveLength(2);
    expect(learned(t5, told, "instruction-answer")).toBe("It is spruce.</s>");
  });

  it("is prompted as it is trained", () => {
    const { ids, supervised } = encodeRow(row, "alpaca", t5, 1000);
    expect(rowPromptIds(alpacaRow(row), "alpaca", t5).ids).toEqual([
      ...ids.subarray(0, supervised.indexOf(1)),
    ]);
  });
});

describe("tokenView", () => {
  it.each(["gpt2", "llama2", "chatml"] as const)("shows the part of each token: %s", (style) => {
    const tokenizer = goldenTokenizer(style);
    const { tokens, truncated, excluded } = tokenView(alpacaRow(row), "instruction-answer", tokenizer, 1000);
    const textOf = (part: string): string =>
      tokens
        .filter((token) => token.part === part && !token.special)
        .map(({ text }) => text)
        .join("");
    expect(textOf("prompt").replace(/\s/g, "")).toBe("Namethewoodofaviolin'stop");
    expect(textOf("answer").trim()).toBe("It is spruce.");
    expect(textOf("template").replace(/\s/g, "")).toBe("Instruction:Input:Answer:");
    expect([truncated, excluded]).toEqual([false, null]);
    expect(tokens.at(-1)).toMatchObject({ id: tokenizer.eosId, supervised: true, special: true });
    expect(tokens.filter(({ supervised }) => supervised).map(({ part }) => part)).toContain("answer");
    expect(tokens.some(({ part, supervised }) => part === "prompt" && supervised)).toBe(false);
  });

  it("shows wide characters and their parts", () => {
    const wide = { ...row, instruction: "天气 🎻", output: "好" };
    const { tokens } = tokenView(alpacaRow(wide), "human-assistant", gpt2, 1000);
    const prompt = tokens.filter(({ part }) => part === "prompt");
    expect(
      gpt2.decode(
        prompt.map(({ id }) => id),
        { skipSpecialTokens: true },
      ),
    ).toContain("🎻");
    expect(tokens.map(({ text }) => text).join("")).not.toContain("\uFFFD");
  });

  it("shows truncated and excluded rows", () => {
    const view = tokenView(alpacaRow(row), "alpaca", gpt2, 10);
    expect(view.tokens).toHaveLength(10);
    expect(view.truncated).toBe(true);
    expect(view.excluded).toEqual({ code: "data/question-fills-row", maxLength: 10 });
  });
});

describe("lengthStats", () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ ...row, output: "spruce ".repeat(i + 1) }));
  const encode = (maxLength: number, tokenizer = gpt2) =>
    rows.map((one) => encodeRow(one, "instruction-answer", tokenizer, maxLength));

  it("counts rows by length and tokens by use", () => {
    const encoded = encode(1000);
    const stats = lengthStats(encoded, 1000);
    const lengths = encoded.map(({ ids }) => ids.length);
    expect(stats.rows).toBe(40);
    expect(stats.longest).toBe(Math.max(...lengths));
    expect(stats.histogram.reduce((sum, count) => sum + count, 0)).toBe(40);
    stats.histogram.forEach((count, bin) => {
      const inBin = lengths.filter((length) => Math.floor(length / stats.binWidth) === bin);
      expect(count).toBe(inBin.length);
    });
    expect(stats.totalTokens).toBe(lengths.reduce((sum, length) => sum + length, 0));
    expect(stats.supervisedTokens).toBe(
      encoded.reduce((sum, { supervised }) => sum + supervised.reduce((a, b) => a + b, 0), 0),
    );
    expect(stats).toMatchObject({ truncated: 0, excluded: 0, endTokenMissing: false });
  });

  it("counts rows of a script that the tokenizer does not know", () => {
    const chinese = { instruction: "天空是什么颜色？", input: "", output: "蓝色。" };
    const encoded = [row, chinese].map((one) => encodeRow(one, "instruction-answer", gpt2, 1000));
    expect(lengthStats(encoded, 1000).inBytes).toBe(1);
  });

  it("counts rows truncated and excluded by the maximum length", () => {
    const prompt = encodeRow(row, "instruction-answer", gpt2, 1000).supervised.indexOf(1);
    const some = lengthStats(encode(prompt + 30), prompt + 30);
    expect(some.excluded).toBe(0);
    expect(some.truncated).toBe(encode(1000).filter(({ ids }) => ids.length > prompt + 30).length);
    expect(some.truncated).toBeGreaterThan(0);
    const none = lengthStats(encode(prompt), prompt);
    expect(none).toMatchObject({ excluded: 40, truncated: 40, totalTokens: 0, supervisedTokens: 0 });
    expect(none.longest).toBe(lengthStats(encode(1000), 1000).longest);
  });

  it("counts only answers that lose their end", () => {
    const lengths = encode(1000).map(({ ids }) => ids.length);
    const prompt = encodeRow(row, "instruction-answer", gpt2, 1000).supervised.indexOf(1);
    const cut = Math.floor((prompt + Math.max(...lengths)) / 2);
    const stats = lengthStats(encode(cut), cut);
    expect(stats.endCut).toBe(lengths.filter((length) => length > cut).length);
    expect(stats.endCut).toBeGreaterThan(0);
    expect(lengthStats(encode(1000), 1000).endCut).toBe(0);
    // The template continues after the end of a turn: cutting that does not lose the end.
    const chatml = goldenTokenizer("chatml");
    const whole = encodeRow(row, "chat", chatml, 1000);
    expect(whole.supervised.at(-1)).toBe(0);
    expect(encodeRow(row, "chat", chatml, whole.ids.length - 1).isEndCut).toBe(false);
    expect(encodeRow(row, "chat", chatml, whole.ids.length - 2).isEndCut).toBe(true);
  });

  it("distinguishes reasons for exclusion, each with its first row", () => {
    const chatTemplate =
      "{% if messages[0].content == 'No.' %}{{ raise_exception('not this one') }}{% endif %}{{ messages[0].content }}:{% if messages | length > 1 %}{{ messages[1].content }}<|im_end|>{% endif %}";
    const strict = loadTokenizer({ tokenizer: { ...goldenFiles("chatml"), chatTemplate } });
    const given = [
      row,
      { ...row, instruction: "No.", input: "" },
      { ...row, instruction: "x ".repeat(200) },
      row,
    ];
    const stats = lengthStats(
      [...given, given[1]!].map((one) => encodeRow(one, "chat", strict, 100)),
      100,
    );
    expect(stats).toMatchObject({ rows: 5, excluded: 3, endTokenMissing: false });
    expect(stats.exclusions).toEqual([
      { reason: { code: "tokenizer/chat-refused", reason: "not this one" }, rows: 2, firstRow: 2 },
      { reason: { code: "data/question-fills-row", maxLength: 100 }, rows: 1, firstRow: 3 },
    ]);
  });

  it("reports a missing end token whatever is cut", () => {
    const endless = loadTokenizer({ tokenizer: { ...goldenFiles("gpt2"), config: {} } });
    expect(lengthStats(encode(1000, endless), 1000).endTokenMissing).toBe(true);
    expect(lengthStats(encode(5), 5).endTokenMissing).toBe(false);
    expect(lengthStats([], 5)).toMatchObject({ rows: 0, histogram: [0], endTokenMissing: false });
  });
});

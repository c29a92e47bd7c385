import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { StreamDecoder } from "../../../src/tokenizer/stream-decoder";
import { golden, goldenFiles, goldenTokenizer, STYLES } from "./goldens";

describe.each(STYLES)("the %s style, against Python", (style) => {
  const tokenizer = goldenTokenizer(style);
  const expected = golden(style);

  it("knows its vocabulary and special tokens", () => {
    expect(tokenizer.vocabularySize).toBe(expected.vocabulary_size);
    expect(tokenizer.bosId).toBe(expected.bos_token_id);
    expect(tokenizer.eosId).toBe(expected.eos_token_id);
    expect(tokenizer.eosIds).toEqual([expected.eos_token_id]);
    expect([...tokenizer.specialIds].sort((a, b) => a - b)).toEqual(expected.special_ids);
    expect(tokenizer.hasChatTemplate).toBe(expected.chats.length > 0);
  });

  it.each(expected.texts)("encodes and decodes $text", (row) => {
    expect(tokenizer.encode(row.text, { addSpecialTokens: false })).toEqual(row.ids);
    expect(tokenizer.encode(row.text, { addSpecialTokens: true })).toEqual(row.ids_with_special);
    expect(tokenizer.decode(row.ids, { skipSpecialTokens: false })).toBe(row.decoded);
    expect(tokenizer.decode(row.ids_with_special, { skipSpecialTokens: true })).toBe(row.decoded_plain);
  });

  it("decodes token by token to the same text", () => {
    for (const row of expected.texts) {
      const stream = new StreamDecoder(tokenizer);
      const pieces = row.ids_with_special.map((id) => stream.push(id));
      expect(pieces.join("") + stream.flush()).toBe(row.decoded_plain);
      expect(pieces.join("")).not.toContain("\uFFFD");
    }
  });

  it("renders conversations", () => {
    for (const chat of expected.chats) {
      const open = tokenizer.applyChat(chat.messages, { addGenerationPrompt: true });
      expect(open).toBe(chat.with_opening);
      expect(tokenizer.applyChat(chat.messages, { addGenerationPrompt: false })).toBe(chat.without_opening);
      expect(tokenizer.encode(open, { addSpecialTokens: false })).toEqual(chat.ids);
    }
  });

  it("knows what it puts around a text", () => {
    const { ids, ids_with_special: full } = expected.texts.find(({ text }) => text === "Hello, world!")!;
    expect([...tokenizer.prefixIds, ...ids, ...tokenizer.suffixIds]).toEqual(full);
  });
});

describe("loadTokenizer", () => {
  const files = goldenFiles("qwen");
  const imEnd = 602;

  it("adds the end tokens of generation_config.json, or else of config.json", () => {
    const load = (generationConfig: Record<string, unknown> | null, config = {}) =>
      loadTokenizer({ tokenizer: files, generationConfig, config }).eosIds;
    expect(load({ eos_token_id: [imEnd, 600] })).toEqual([600, imEnd]);
    expect(load({ eos_token_id: imEnd })).toEqual([600, imEnd]);
    expect(load(null, { eos_token_id: imEnd })).toEqual([600, imEnd]);
    expect(load({ eos_token_id: null })).toEqual([600]);
    expect(load({ eos_token_id: [-1, 603, 1.5, "602"] })).toEqual([600]);
  });

  it("finds the end token in generation_config.json alone, or knows that there is none", () => {
    const bare = { ...files, config: {} };
    const tokenizer = loadTokenizer({ tokenizer: bare, generationConfig: { eos_token_id: imEnd } });
    expect(tokenizer.eosId).toBe(imEnd);
    const none = loadTokenizer({ tokenizer: bare });
    expect([none.eosId, none.bosId, none.eosIds]).toEqual([null, null, []]);
  });

  it("reads special tokens that are described by objects, with or without a type", () => {
    for (const type of [{}, { __type: "AddedToken" }]) {
      const eos_token = { ...type, content: "<|im_end|>", lstrip: false, special: true };
      const config = { eos_token, additional_special_tokens: [{ content: "<|im_start|>" }] };
      expect(loadTokenizer({ tokenizer: { ...files, config } }).eosId).toBe(imEnd);
    }
    const keyed = { eos_token: "<|im_end|>", additional_special_tokens: { a: "<|im_start|>" } };
    expect(loadTokenizer({ tokenizer: { ...files, config: keyed } }).eosId).toBe(imEnd);
  });

  it("prefers chat_template.jinja and understands named templates", () => {
    const messages = [{ role: "user", content: "Hi" }] as const;
    const render = (chat_template: unknown, chatTemplate: string | null = null) => {
      const tokenizer = loadTokenizer({ tokenizer: { ...files, config: { chat_template }, chatTemplate } });
      return tokenizer.hasChatTemplate && tokenizer.applyChat(messages, { addGenerationPrompt: false });
    };
    expect(render("in config")).toBe("in config");
    expect(render("in config", "in file")).toBe("in file");
    const named = [
      { name: "default", template: "plain" },
      { name: "tool_use", template: "tools" },
    ];
    expect(render(named)).toBe("plain");
    expect(render(named.slice(1))).toBe(false);
    expect(render(undefined)).toBe(false);
  });

  it("says why a conversation cannot be rendered", () => {
    const user = { role: "user", content: "Hi" } as const;
    const ask = (tokenizer: ReturnType<typeof goldenTokenizer>) => () =>
      tokenizer.applyChat([user, user], { addGenerationPrompt: true });
    expect(ask(goldenTokenizer("gpt2"))).toThrow(/has no chat template/);
    expect(ask(goldenTokenizer("llama2"))).toThrow(/refuses the conversation: .*must alternate/);
    const broken = loadTokenizer({ tokenizer: { ...files, chatTemplate: "{% if" } });
    expect(ask(broken)).toThrow(/chat template cannot be read/);
  });

  it("refuses ids far beyond the vocabulary before it makes a table of them", () => {
    const model = files.tokenizer.model as { vocab: Record<string, number> };
    const started = performance.now();
    for (const id of [1_000_000_000, -1, 1.5, "7" as unknown as number]) {
      const wrong = { ...model, vocab: { ...model.vocab, zzz: id } };
      const load = () =>
        loadTokenizer({ tokenizer: { ...files, tokenizer: { ...files.tokenizer, model: wrong } } });
      if (id === ("7" as unknown)) expect(load).not.toThrow(/the id/);
      else expect(load).toThrow(/the token “zzz” the id/);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("refuses what is no tokenizer", () => {
    const load = (tokenizer: Record<string, unknown>) => () =>
      loadTokenizer({ tokenizer: { ...files, tokenizer } });
    expect(load({})).toThrow(/tokenizer.json describes a tokenizer that cannot be built/);
    expect(load({ ...files.tokenizer, model: { type: "Nonsense" } })).toThrow(/cannot be built/);
    for (const part of [
      { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex: "(" } }] },
      7,
      {},
    ])
      expect(load({ ...files.tokenizer, pre_tokenizer: part })).toThrow(/cannot be built/);
    expect(load({ ...files.tokenizer, post_processor: { type: "TemplateProcessing" } })).toThrow(
      /cannot be built/,
    );
    const growing = Array.from({ length: 40 }, () => ({
      type: "Replace",
      pattern: { String: "a" },
      content: "aa",
    }));
    const endless = { type: "Sequence", normalizers: growing };
    expect(load({ ...files.tokenizer, normalizer: endless })).toThrow(/grow without end/);
    const empty = { type: "Replace", pattern: { String: "" }, content: "x".repeat(1000) };
    expect(load({ ...files.tokenizer, normalizer: empty })).toThrow(/grow without end/);
  });
});

describe("tokens for people", () => {
  it("shows whole characters as they are and parts as bytes", () => {
    const tokenizer = goldenTokenizer("gpt2");
    const ids = tokenizer.encode(" the 🎻", { addSpecialTokens: false });
    const texts = ids.map((id) => tokenizer.tokenText(id));
    expect(texts[0]).toBe(" the");
    expect(texts.join("")).toBe(" the <0xF0><0x9F><0x8E><0xBB>");
    expect(goldenTokenizer("llama2").tokenText(1)).toBe("<s>");
  });

  it("know nothing of ids outside the vocabulary", () => {
    const tokenizer = goldenTokenizer("chatml");
    expect(tokenizer.tokenText(100_000)).toBe("");
    expect(tokenizer.decode([100_000], { skipSpecialTokens: true })).toBe("");
    expect(tokenizer.decode([], { skipSpecialTokens: true })).toBe("");
  });
});

describe("StreamDecoder", () => {
  it("leaves out the blank with which a template lets answers begin", () => {
    for (const style of ["gpt2", "llama2"] as const) {
      const tokenizer = goldenTokenizer(style);
      const decode = (text: string): string => {
        const stream = new StreamDecoder(tokenizer, " ");
        const ids = tokenizer.encodeCut(`:${text}`, []).ids.slice(tokenizer.encodeCut(":", []).ids.length);
        return ids.map((id) => stream.push(id)).join("") + stream.flush();
      };
      expect([decode(" Spruce"), decode("  two")]).toEqual(["Spruce", " two"]);
    }
  });

  it("holds back a character until it is whole", () => {
    const tokenizer = goldenTokenizer("gpt2");
    const ids = tokenizer.encode("a🎻b", { addSpecialTokens: false });
    const stream = new StreamDecoder(tokenizer);
    const pieces = ids.map((id) => stream.push(id));
    expect(pieces).toEqual(["a", "", "", "", "🎻", "b"]);
    expect(stream.flush()).toBe("");
  });

  it("gives up on a character that never becomes whole", () => {
    const tokenizer = goldenTokenizer("gpt2");
    const [first, second] = tokenizer.encode("🎻", { addSpecialTokens: false });
    const [letter] = tokenizer.encode("b", { addSpecialTokens: false });
    const broken = new StreamDecoder(tokenizer);
    expect([first!, second!, letter!].map((id) => broken.push(id)).join("")).toBe("\uFFFDb");
    const cut = new StreamDecoder(tokenizer);
    expect(cut.push(first!)).toBe("");
    expect(cut.flush()).toBe("\uFFFD");
  });
});

describe("long texts", () => {
  it("are encoded in reasonable time, one word or many", () => {
    const tokenizer = goldenTokenizer("chatml");
    for (const text of ["x".repeat(100_000), "the violin ".repeat(9000), "提琴".repeat(20_000)]) {
      const ids = tokenizer.encode(text, { addSpecialTokens: false });
      expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(text);
    }
  });
});

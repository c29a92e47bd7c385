import { describe, expect, it } from "vitest";
import { LuthierError } from "../../../src/lib/errors";
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

  it("decodes token by token to the same text as at once", () => {
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

  it("knows the tokens it adds around a text", () => {
    const { ids, ids_with_special: full } = expected.texts.find(({ text }) => text === "Hello, world!")!;
    expect([...tokenizer.prefixIds, ...ids, ...tokenizer.suffixIds]).toEqual(full);
  });
});

const files = goldenFiles("qwen");

describe("loadTokenizer", () => {
  const imEnd = 602;

  it("adds the end tokens of generation_config.json, or else of config.json", () => {
    const load = (generationConfig: Record<string, unknown> | null, config = {}) =>
      loadTokenizer({ tokenizer: files, generationConfig, config }).eosIds;
    expect(load({ eos_token_id: [imEnd, 600] })).toEqual([600, imEnd]);
    expect(load({ eos_token_id: imEnd })).toEqual([600, imEnd]);
    expect(load(null, { eos_token_id: imEnd })).toEqual([600, imEnd]);
    expect(load({ eos_token_id: null })).toEqual([600]);
    // Ids outside the vocabulary are not end tokens.
    expect(load({ eos_token_id: [-1, 603] })).toEqual([600]);
  });

  it.each([
    [{ eos_token_id: "602" }, {}, "generation_config.json has the text “602” at eos_token_id, where"],
    [
      { eos_token_id: [1, 1.5] },
      {},
      "generation_config.json has 1.5 at eos_token_id[1], where a whole number",
    ],
    [{ eos_token_id: [null] }, {}, "generation_config.json has null at eos_token_id[0], where a number"],
    [
      null,
      { eos_token_id: {} },
      "config.json has an object at eos_token_id, where a number or a list belongs.",
    ],
  ])("refuses end tokens that are not ids: %o, %o", (generationConfig, config, what) => {
    expect(() => loadTokenizer({ tokenizer: files, generationConfig, config })).toThrow(what);
  });

  it("finds an end token in generation_config.json only, or none", () => {
    const bare = { ...files, config: {} };
    const tokenizer = loadTokenizer({ tokenizer: bare, generationConfig: { eos_token_id: imEnd } });
    expect(tokenizer.eosId).toBe(imEnd);
    const none = loadTokenizer({ tokenizer: bare });
    expect([none.eosId, none.bosId, none.eosIds]).toEqual([null, null, []]);
  });

  it("reads special tokens given as objects, with or without a type", () => {
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

  it("reports why a conversation cannot be rendered", () => {
    const user = { role: "user", content: "Hi" } as const;
    const ask = (tokenizer: ReturnType<typeof goldenTokenizer>) => () =>
      tokenizer.applyChat([user, user], { addGenerationPrompt: true });
    expect(ask(goldenTokenizer("gpt2"))).toThrow(/has no chat template/);
    expect(ask(goldenTokenizer("llama2"))).toThrow(/rejects the conversation: .*must alternate/);
    const broken = loadTokenizer({ tokenizer: { ...files, chatTemplate: "{% if" } });
    expect(ask(broken)).toThrow(/chat template ends too early/);
  });

  it("refuses ids far beyond the vocabulary before allocating a table", () => {
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

  it("refuses a file that is not a tokenizer", () => {
    const load = (tokenizer: Record<string, unknown>) => () =>
      loadTokenizer({ tokenizer: { ...files, tokenizer } });
    expect(load({})).toThrow(/tokenizer.json has no model\. Download tokenizer.json again/);
    expect(load({ ...files.tokenizer, model: { type: "Nonsense" } })).toThrow(
      /tokenizer.json has a model of the type “Nonsense”, which Luthier does not support/,
    );
    const brokenSplit = { type: "Split", pattern: { Regex: "(" } };
    for (const part of [{ type: "Sequence", pretokenizers: [brokenSplit] }, 7, {}])
      expect(load({ ...files.tokenizer, pre_tokenizer: part })).toThrow(/cannot be built/);
    const post_processor = { type: "TemplateProcessing" };
    expect(load({ ...files.tokenizer, post_processor })).toThrow(/cannot be built/);
  });

  it("refuses components and settings that would be read in another way", () => {
    const load = (tokenizer: Record<string, unknown>, config: Record<string, unknown> = {}) => {
      const changed = { ...files.tokenizer, ...tokenizer };
      return () =>
        loadTokenizer({
          tokenizer: { ...files, tokenizer: changed, config: { ...files.config, ...config } },
        });
    };
    const model = files.tokenizer.model as object;
    expect(load({ model: { ...model, dropout: 0 } })).not.toThrow();
    expect(load({ model: { ...model, dropout: 0.1 } })).toThrow(/sets dropout of its model “BPE”/);
    expect(load({ decoder: { type: "WordPiece", prefix: "##" } })).toThrow(
      /a decoder of the type “WordPiece”/,
    );
    expect(load({ decoder: null })).toThrow(/a decoder of the type “null”/);
    const dashes = {
      type: "Sequence",
      decoders: [{ type: "Replace", pattern: { String: "-" }, content: " " }],
    };
    expect(load({ decoder: dashes })).toThrow(/sets pattern of its decoder “Replace”/);
    expect(load({ normalizer: { type: "NFC", form: 2 } })).toThrow(/sets form of its normalizer “NFC”/);
    expect(load({}, { split_special_tokens: true })).toThrow(
      /tokenizer_config.json sets split_special_tokens/,
    );
  });

  it("refuses a normaliser that lets texts grow without bound", () => {
    const load = (normalizer: Record<string, unknown>) => () =>
      loadTokenizer({ tokenizer: { ...files, tokenizer: { ...files.tokenizer, normalizer } } });
    const doubled = { type: "Replace", pattern: { String: "a" }, content: "aa" };
    expect(load({ type: "Sequence", normalizers: Array(40).fill(doubled) })).toThrow(/grow without limit/);
    const empty = { type: "Replace", pattern: { String: "" }, content: "x".repeat(1000) };
    expect(load(empty)).toThrow(/grow without limit/);
    expect(load({ type: "Sequence", normalizers: [doubled, doubled] })).not.toThrow();
  });

  const strip = { type: "Strip", content: " ", start: "1" };
  it.each([
    [{ model: null }, "has null at model, where an object belongs"],
    [{ added_tokens: undefined }, "has no added_tokens"],
    [{ added_tokens: { a: 1 } }, "has an object at added_tokens, where a list belongs"],
    [{ added_tokens: [{ id: "8", content: "a" }] }, "has the text “8” at added_tokens[0].id, where a number"],
    [
      { added_tokens: [{ id: -1, content: "a" }] },
      "has -1 at added_tokens[0].id, where a number of at least 0",
    ],
    [{ added_tokens: [{ id: 1 }] }, "has no added_tokens[0].content"],
    [{ decoder: { type: "Sequence", decoders: [strip] } }, "has the text “1” at decoder.decoders[0].start"],
    [{ decoder: {} }, "has no decoder.type"],
  ])("refuses tokenizer.json, naming the wrong key: %o", (wrong, what) => {
    const tokenizer = { ...files.tokenizer, ...wrong };
    expect(() => loadTokenizer({ tokenizer: { ...files, tokenizer } })).toThrow(`tokenizer.json ${what}`);
  });

  it.each([
    [{ eos_token: 5 }, "has 5 at eos_token, where text or an object belongs"],
    [{ eos_token: { content: null } }, "has null at eos_token.content, where text belongs"],
    [{ bos_token: {} }, "has no bos_token.content"],
    [
      { additional_special_tokens: "<a>" },
      "has the text “<a>” at additional_special_tokens, where a list or an",
    ],
    [
      { additional_special_tokens: ["<a>", 1] },
      "has 1 at additional_special_tokens[1], where text or an object",
    ],
    [{ chat_template: 1 }, "has 1 at chat_template, where text, a list or an object belongs"],
    [{ chat_template: [{ name: "default" }] }, "has no chat_template[0].template"],
  ])("refuses tokenizer_config.json, naming the wrong key: %o", (config, what) => {
    const message = `tokenizer_config.json (special_tokens_map.json) ${what}`;
    expect(() => loadTokenizer({ tokenizer: { ...files, config } })).toThrow(message);
  });

  it("treats null as missing", () => {
    const config = {
      eos_token: "<|im_end|>",
      bos_token: null,
      additional_special_tokens: null,
      chat_template: null,
    };
    const tokenizer = {
      ...files,
      config,
      tokenizer: { ...files.tokenizer, normalizer: null },
      chatTemplate: null,
    };
    expect(loadTokenizer({ tokenizer })).toMatchObject({ eosId: imEnd, bosId: null, hasChatTemplate: false });
  });
});

describe("hostile expressions", () => {
  const text = `${"a".repeat(100_000)}!`;
  const places: [string, (regex: string) => object][] = [
    [
      "a pre-tokenizer",
      (regex) => ({ pre_tokenizer: { type: "Split", ...piece(regex), behavior: "Isolated" } }),
    ],
    ["a normaliser", (regex) => ({ normalizer: { type: "Replace", ...piece(regex), content: "" } })],
    [
      "a part of a sequence",
      (regex) => ({
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [{ type: "Split", ...piece(regex), behavior: "MergedWithNext", invert: false }],
        },
      }),
    ],
  ];
  const piece = (regex: string) => ({ pattern: { Regex: regex } });
  const endless = ["(a+)+$", "(.*)*x", "(a|a)*b", "(?=(a+)+$)b", String.raw`(\w+\s?)*\.`, "(a*)*\u{100}|b"];
  const cases = places.flatMap(([place, files]) =>
    endless.map((regex) => [place, regex, files(regex)] as const),
  );

  it.each(cases)("end quickly in %s: %s", (_place, _regex, parts) => {
    const started = performance.now();
    try {
      const tokenizer = loadTokenizer({
        tokenizer: { ...files, tokenizer: { ...(files.tokenizer as object), ...parts } },
      });
      expect(tokenizer.encode(text, { addSpecialTokens: false }).length).toBeGreaterThanOrEqual(0);
    } catch (error) {
      expect(error).toBeInstanceOf(LuthierError);
      expect((error as LuthierError).problem.code).toMatch(/^tokenizer\/(pattern-endless|not-built)$/);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("report what cannot be evaluated", () => {
    const parts = { pre_tokenizer: { type: "Split", ...piece(String.raw`(a)\1`), behavior: "Isolated" } };
    expect(() =>
      loadTokenizer({ tokenizer: { ...files, tokenizer: { ...(files.tokenizer as object), ...parts } } }),
    ).toThrow(/regular expression that cannot be used \(back references are not supported\)/);
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

  it("are empty for ids outside the vocabulary", () => {
    const tokenizer = goldenTokenizer("chatml");
    expect(tokenizer.tokenText(100_000)).toBe("");
    expect(tokenizer.decode([100_000], { skipSpecialTokens: true })).toBe("");
    expect(tokenizer.decode([], { skipSpecialTokens: true })).toBe("");
  });
});

describe("StreamDecoder", () => {
  it("drops the leading space that a template adds to answers", () => {
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

  it("holds back an incomplete character", () => {
    const tokenizer = goldenTokenizer("gpt2");
    const ids = tokenizer.encode("a🎻b", { addSpecialTokens: false });
    const stream = new StreamDecoder(tokenizer);
    const pieces = ids.map((id) => stream.push(id));
    expect(pieces).toEqual(["a", "", "", "", "🎻", "b"]);
    expect(stream.flush()).toBe("");
  });

  it("gives up on a character that stays incomplete", () => {
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
  it("are encoded in linear time, one word or many", () => {
    const tokenizer = goldenTokenizer("chatml");
    for (const text of ["x".repeat(100_000), "the violin ".repeat(9000), "提琴".repeat(20_000)]) {
      const ids = tokenizer.encode(text, { addSpecialTokens: false });
      expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(text);
    }
  });
});

it("encodes a word of any length with Unigram", { timeout: 20_000 }, () => {
  const word = "ab".repeat(150_000);
  const ids = goldenTokenizer("t5").encode(word, { addSpecialTokens: false });
  expect(goldenTokenizer("t5").decode(ids, { skipSpecialTokens: false })).toBe(word);
});

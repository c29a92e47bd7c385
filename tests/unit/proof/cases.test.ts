import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { promptIds } from "../../../src/data/shape/conversation";
import { methodOfConfig, methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { bytesSource } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";
import { parseJsonObject } from "../../../src/lib/json";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { fileOf, readAll } from "../../support/read-dataset";
import { goldenFiles } from "../tokenizer/goldens";

/*
 * Files that caused bugs, one of each kind. Datasets are in tests/unit/data/cases.test.ts, logits in
 * tests/gpu/cases.test.ts.
 */

const CASES = "tests/golden/cases";
const text = (...path: string[]): string => readFileSync(join(CASES, ...path), "utf8");
const json = (...path: string[]): Record<string, unknown> =>
  parseJsonObject(text(...path), path.at(-1) ?? "");

describe("adapter_config.json", () => {
  const spec = describeModel(
    parseJsonObject(readFileSync("tests/golden/llama/config.json", "utf8"), "config"),
  );
  const nameOf = (start: string): string =>
    readdirSync(join(CASES, "adapters")).find((name) => name.startsWith(start))!;

  /** The first number of each lora_A is its rank. */
  function ranks(config: Record<string, unknown>): Record<string, number | undefined> {
    const adapter = methods.lora.bind(methods.lora.readConfig(config), spec);
    const downs = adapter.parameters.filter(({ name }) => name.endsWith("lora_A.weight"));
    return Object.fromEntries(
      downs.map(({ name, shape }) => [name.slice("base_model.model.model.layers.".length, -14), shape[0]]),
    );
  }

  const all = {
    "0.self_attn.q_proj": 4,
    "0.self_attn.v_proj": 4,
    "1.self_attn.q_proj": 4,
    "1.self_attn.v_proj": 4,
  };
  const eights = Object.fromEntries(Object.keys(all).map((name) => [name, 8]));
  test.each([
    ["a04", "pissa", all],
    ["a05", "olora", all],
    ["a07", "true", all],
    ["a08", "true", { ...all, "0.self_attn.q_proj": 2, "1.self_attn.q_proj": 2 }],
    ["a09", "true", { ...all, "0.self_attn.q_proj": 2 }],
    ["a10", "true", all],
    ["a11", "true", all],
    ["a12", "true", all],
    ["a18", "true", eights],
    ["a19", "true", { "1.self_attn.q_proj": 4, "1.self_attn.v_proj": 4 }],
  ])("%s starts as %s and has its ranks", (start, init, expected) => {
    const config = json("adapters", nameOf(start));
    expect(methodOfConfig(config)).toBe("lora");
    expect(methods.lora.readConfig(config)).toMatchObject({ init_lora_weights: init });
    expect(ranks(config)).toEqual(expected);
  });

  test.each([
    ["a03", /alora_invocation_tokens is \[5,6,7\]/],
    ["a06", /init_lora_weights is loftq/],
    ["a16", /peft_type is missing/],
  ])("%s is refused", (start, why) => {
    const config = json("adapters", nameOf(start));
    expect(() => methods[methodOfConfig(config)].bind(methods.lora.readConfig(config), spec)).toThrow(why);
  });
});

describe("GGUF", () => {
  const open = (name: string) => {
    const file = readdirSync(join(CASES, "gguf")).find((one) => one.startsWith(name)) ?? "";
    return openModelFolder([bytesSource(file, readFileSync(join(CASES, "gguf", file)))]);
  };

  test.each(["q00", "q18"])(
    "%s: the end of a turn stops answers, as the tokenizer's end token does",
    async (name) => {
      const tokenizer = loadTokenizer(await open(name));
      const { endIds, ids } = promptIds([{ role: "user", content: "hi" }], "chat", tokenizer);
      expect([...endIds].map((id) => tokenizer.tokenText(id))).toEqual(["<|endoftext|>", "<|im_end|>"]);
      // No start token: the file requests one but does not name it.
      expect(tokenizer.tokenText(ids[0]!)).toBe("<|im_start|>");
    },
  );

  test.each([
    ["q01", /32 × 32, which IQ4_XS cannot have/],
    ["q02", /32 × 32, which Q2_K cannot have/],
  ])("%s, whose rows are not whole blocks, is refused", async (name, why) => {
    await expect(open(name)).rejects.toThrow(why);
  });

  test.each([
    ["q03", "llama"],
    ["q05", "llama"],
    ["q09", "qwen2"],
  ])("%s opens", async (name, family) => {
    const { config, tokenizer } = await open(name);
    expect(describeModel(config).family).toBe(family);
    expect(loadTokenizer({ tokenizer }).encode("a", { addSpecialTokens: false })).not.toEqual([]);
  });
});

describe("tokenizers", () => {
  interface Case {
    readonly texts: readonly (readonly [string, readonly number[]])[];
    readonly chat: string;
    readonly ids: readonly number[];
  }
  const { messages, cases } = JSON.parse(text("tokenizers.json")) as {
    readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: string }[];
    readonly cases: Readonly<Record<string, Case>>;
  };
  test.each(Object.entries(cases))("%s", (name, { texts, chat, ids }) => {
    const tokenizer = loadTokenizer({
      tokenizer: {
        tokenizer: json("tokenizers", name, "tokenizer.json"),
        config: json("tokenizers", name, "tokenizer_config.json"),
        chatTemplate: text("tokenizers", name, "chat_template.jinja"),
      },
    });
    for (const [one, expected] of texts)
      expect(tokenizer.encode(one, { addSpecialTokens: false }), one).toEqual(expected);
    expect(tokenizer.applyChat(messages, { addGenerationPrompt: false })).toBe(chat);
    expect(tokenizer.encode(chat, { addSpecialTokens: false })).toEqual(ids);
  });
});

describe("hostile files", () => {
  test("keeps a byte-order mark within a string", async () => {
    const { rows } = await readAll([fileOf(text("hostile", "bom-in-string.json"), "data.json")]);
    expect(JSON.stringify(rows)).toContain("\ufeffa");
  });

  test("stops an endless template", { timeout: 20_000 }, () => {
    const chatTemplate = text("hostile", "chat_template.jinja");
    const tokenizer = loadTokenizer({ tokenizer: { ...goldenFiles("qwen"), chatTemplate } });
    expect(() =>
      tokenizer.applyChat([{ role: "user", content: "x" }], { addGenerationPrompt: true }),
    ).toThrow(/template/);
  });

  test("refuses an id far beyond the vocabulary", () => {
    const files = goldenFiles("qwen");
    const model = files.tokenizer.model as { readonly vocab: Readonly<Record<string, number>> };
    const tokenizer = { ...files.tokenizer, model: { ...model, vocab: { ...model.vocab, zzz: 1e9 } } };
    expect(() => loadTokenizer({ tokenizer: { ...files, tokenizer } })).toThrow(/zzz/);
  });

  test.each([
    ["layers-1e6.config.json", "config.json"],
    ["t5-num_decoder_layers.config.json", "config.json"],
    ["model.safetensors.index.json", "model.safetensors.index.json"],
  ])("refuses %s beside a small model", async (name, as) => {
    const family = name.startsWith("t5") ? "t5" : "llama";
    const golden = (file: string) => bytesSource(file, readFileSync(`tests/golden/${family}/${file}`));
    const files = [golden("model.safetensors"), ...(as === "config.json" ? [] : [golden("config.json")])];
    const start = performance.now();
    const opening = openModelFolder([...files, bytesSource(as, Buffer.from(text("hostile", name)))]).then(
      ({ config }) => describeModel(config),
    );
    await expect(opening).rejects.toMatchObject({ name: "LuthierError" });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

import { readFileSync } from "node:fs";
import { gzipSync, zipSync } from "fflate";
import { adapterFromFolder } from "../../src/engine/adapters/from-folder";
import { describeModel } from "../../src/engine/models/registry";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { readPeftFolder } from "../../src/formats/peft-folder";
import { chooseFiles } from "../../src/hub/choose-files";
import { listRepository } from "../../src/hub/list-repository";
import { readFiles } from "../../src/data/read/read-files";
import { readText } from "../../src/data/read/read-rows";
import { RowCollector } from "../../src/data/read/row-collector";
import { parseJsonObject } from "../../src/lib/json";
import { BoundedRegex } from "../../src/lib/regex/regex";
import { RegexError } from "../../src/lib/regex/syntax";
import type { Rng } from "../../src/lib/rng";
import { matchesPatternKey, matchesPath } from "../../src/shared/path-pattern";
import { ChatTemplate } from "../../src/tokenizer/chat/template";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";
import { readSettings } from "../../src/ui/store/persistence";
import { adapterSeeds, tinyGguf } from "./corpus";
import { jsonText, mutateBytes, mutateJson, mutateText, pick, randomPattern } from "./mutate";

/** Reads one mutant; rethrows the reader's errors. */
export type Reader = (rng: Rng) => Promise<void> | void;

const golden = (path: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../golden/${path}`, import.meta.url)));
const utf8 = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const json = (path: string): Record<string, unknown> =>
  JSON.parse(text(golden(path))) as Record<string, unknown>;
const file = (name: string, value: unknown) => bytesSource(name, new TextEncoder().encode(jsonText(value)));

const parsed = (document: unknown): unknown => parseJsonObject(jsonText(document), "tokenizer.json");

const FAMILIES = [
  "llama",
  "mistral",
  "qwen2",
  "qwen3",
  "gemma3",
  "phi3",
  "smollm3",
  "granite",
  "olmo2",
  "starcoder2",
  "gpt_neox",
  "gpt2",
  "opt",
  "bloom",
  "t5",
  "mt5",
];
const STYLES = ["gpt2", "chatml", "qwen", "llama3", "llama2", "t5"];
const SAMPLES = [
  "Hello, world!",
  `Tricky  \n\n\t text: 12345 don't 日本語 💥 \ufeff ${"a".repeat(300)} ${" ".repeat(300)}`,
  "",
];
const CHAT = [
  { role: "system", content: "Be kind." },
  { role: "user", content: "Hi \n there" },
  { role: "assistant", content: "Hello!" },
] as const;
const ROWS = JSON.stringify([
  { instruction: "Say hi", input: "", output: "Hi\ufeff \u0000 💥" },
  { instruction: "Add", input: "1 + 1", output: "2", system: "s", history: [["a", "b"]] },
  { instruction: null, input: 3, output: [1, 2, { a: NaN }.a] },
]);
const TABLES = [
  'instruction,input,output\nSay hi,,"Hi, ""you"""\nAdd,1 + 1,2\n',
  'sep=;\r\ninstruction;output\r\n"two\nlines";b\r\n',
  "question\tanswer\na\tb\n",
];
const LINES = (JSON.parse(ROWS) as unknown[]).map((row) => JSON.stringify(row)).join("\n");
const SETTINGS = {
  datasetId: "d",
  sampleOf: { a: "b" },
  templateId: "alpaca",
  modelId: "m",
  quantization: { type: "nf4", blockSize: 64, doubleQuantization: true },
  hubEndpoint: "https://hub.example",
  methodId: "lora",
  methodEdits: { lora: { r: 8, target_modules: "all-linear" } },
  preset: "quick",
  trainingEdits: { max_steps: 10 },
  generationEdits: { temperature: 0.5 },
  showHints: true,
};

async function folderWith(config: unknown, weights: Uint8Array<ArrayBuffer>): Promise<void> {
  const model = await openModelFolder([
    file("config.json", config),
    bytesSource("tokenizer.json", golden("tokenizer/qwen/tokenizer.json")),
    bytesSource("model.safetensors", weights),
  ]);
  describeModel(model.config);
}

function useTokenizer(tokenizer: unknown, config: unknown, chatTemplate: string | null): void {
  const loaded = loadTokenizer({
    tokenizer: { tokenizer: parsed(tokenizer), config: parsed(config), chatTemplate } as never,
  });
  for (const sample of SAMPLES) {
    const ids = loaded.encode(sample, { addSpecialTokens: true });
    loaded.decode(ids, { skipSpecialTokens: true });
    loaded.encodeCut(sample, [0, sample.length >> 1, sample.length]);
  }
  for (let id = 0; id < 20; id++) loaded.tokenText(id);
  if (loaded.hasChatTemplate) loaded.applyChat(CHAT, { addGenerationPrompt: true });
}

const PARQUET = [
  "alpaca-none",
  "alpaca-v2",
  "alpaca-dictionary",
  "alpaca-snappy",
  "alpaca-gzip",
  "alpaca-zstd",
  "alpaca-lz4",
  "alpaca-brotli",
  "messages",
  "messages-pages-2",
  "messages-dictionary-pages-1",
];

/** Reads a file of rows of any kind, as the page does. */
async function readFile(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for await (const rows of readFiles([{ name, bytes: new Blob([bytes]) }])) if (rows.length > 100_000) return;
}

async function readData(bytes: Uint8Array<ArrayBuffer>, rng: Rng): Promise<void> {
  const cut = rng.integer(bytes.length + 1);
  async function* pieces() {
    yield bytes.subarray(0, cut);
    yield bytes.subarray(cut);
  }
  for await (const rows of readText(pieces(), "data.json", new RowCollector(), {}))
    if (rows.length > 100_000) return;
}

/** Answers hub requests with mutated responses. */
async function askHub(rng: Rng): Promise<void> {
  const sha = "a".repeat(40);
  const tree = ["config.json", "tokenizer.json", "model.safetensors"].map((path, index) => ({
    type: "file",
    path,
    size: 100 * (index + 1),
    oid: "b".repeat(40),
    lfs: { oid: "c".repeat(64), size: 300, pointerSize: 130 },
  }));
  const answers: [string, unknown][] = [
    ["/revision/", { sha, cardData: { license: "mit" }, tags: ["license:mit"] }],
    ["/tree/", tree],
    ["", { weight_map: { a: "model-00001-of-00002.safetensors" } }],
  ];
  const link = pick(rng, [
    null,
    '<https://other.example/x?cursor=1>; rel="next"',
    "<::>; rel=next",
    "x".repeat(9999),
  ]);
  const real = globalThis.fetch;
  const wrong = rng.integer(answers.length);
  globalThis.fetch = (url) => {
    const at = answers.findIndex(([part]) => String(url).includes(part));
    const [, answer] = answers[at] ?? [];
    const wrongText = (): string =>
      rng.integer(3) === 0 ? mutateText(JSON.stringify(answer), rng) : jsonText(mutateJson(answer, rng));
    const body = at === wrong ? wrongText() : JSON.stringify(answer);
    const status = rng.integer(8) === 0 ? pick(rng, [404, 401, 416, 204]) : 200;
    return Promise.resolve(
      new Response(status === 204 ? null : body, {
        status,
        headers: link === null || rng.integer(2) === 0 ? {} : { link },
      }),
    );
  };
  try {
    const address = { endpoint: "https://hub.example", repository: "owner/model", revision: "main" };
    const options = {
      token: "",
      signal: new AbortController().signal,
      onWait: () => undefined,
      sleep: () => Promise.resolve(),
    };
    await chooseFiles(await listRepository(address, options), options);
  } finally {
    globalThis.fetch = real;
  }
}

/** Rejecting an expression is fine; an accepted one must terminate. */
function tryPattern(pattern: string, rng: Rng): void {
  const long = pick(rng, ["a", "ab", "a ", "é", "aab"]).repeat(5000);
  try {
    BoundedRegex.python(pattern).matchesWhole(long.slice(0, 60));
    for (const match of BoundedRegex.javaScript(new RegExp(pattern, "gu")).matches(long)) {
      if (match.end < match.start) throw new TypeError("a match ends before it begins");
    }
  } catch (error) {
    if (!(error instanceof RegexError) && !(error instanceof SyntaxError)) throw error;
  }
  const path = `model.layers.11.self_attn.${"a".repeat(30)}.q_proj`;
  matchesPath(pattern, path);
  matchesPatternKey(pattern, path);
}

/** Every reader of external input, by what it reads. */
export const readers: Readonly<Record<string, Reader>> = {
  "safetensors, bytes": (rng) => {
    const family = pick(rng, FAMILIES);
    return folderWith(json(`${family}/config.json`), mutateBytes(golden(`${family}/model.safetensors`), rng));
  },
  "config.json": (rng) => {
    const family = pick(rng, FAMILIES);
    const config = mutateJson(json(`${family}/config.json`), rng);
    return folderWith(config, golden(`${family}/model.safetensors`));
  },
  "config.json, bytes": async (rng) => {
    const family = pick(rng, FAMILIES);
    await openModelFolder([
      bytesSource("config.json", mutateBytes(golden(`${family}/config.json`), rng)),
      bytesSource("tokenizer.json", golden("tokenizer/qwen/tokenizer.json")),
      bytesSource("model.safetensors", golden(`${family}/model.safetensors`)),
    ]);
  },
  "index of shards": async (rng) => {
    const map = {
      "model.norm.weight": "model-1.safetensors",
      "model.embed_tokens.weight": "model-1.safetensors",
    };
    await openModelFolder([
      file("config.json", json("llama/config.json")),
      file("tokenizer.json", {}),
      file("model.safetensors.index.json", mutateJson({ metadata: { total_size: 1 }, weight_map: map }, rng)),
      bytesSource("model-1.safetensors", golden("llama/model.safetensors")),
    ]);
  },
  GGUF: async (rng) => {
    const model = await openModelFolder([bytesSource("model.gguf", mutateBytes(tinyGguf(), rng))]);
    describeModel(model.config);
    useTokenizer(model.tokenizer.tokenizer, model.tokenizer.config, model.tokenizer.chatTemplate);
    for (const tensor of model.tensors.values()) await tensor.read(0, Math.min(tensor.sizeBytes, 64));
  },
  "tokenizer.json": (rng) => {
    const style = pick(rng, STYLES);
    const [tokenizer, config] = [
      json(`tokenizer/${style}/tokenizer.json`),
      json(`tokenizer/${style}/tokenizer_config.json`),
    ];
    // Mostly mutates the parts around the vocabulary, which is nine tenths of the file.
    const { model, ...rest } = tokenizer;
    const part = rng.integer(4);
    if (part === 0) useTokenizer(tokenizer, mutateJson(config, rng), null);
    else if (part === 1) useTokenizer(mutateJson(tokenizer, rng), config, null);
    else {
      const changed = mutateJson(rest, rng);
      const isObject = typeof changed === "object" && changed !== null && !Array.isArray(changed);
      useTokenizer(isObject ? { ...changed, model } : changed, config, null);
    }
  },
  "chat template": (rng) => {
    const source = text(golden(`tokenizer/${pick(rng, ["chatml", "qwen", "llama3"])}/chat_template.jinja`));
    new ChatTemplate(mutateText(source, rng), { bos_token: "<s>" }).render(CHAT, {
      addGenerationPrompt: true,
    });
  },
  "adapter, config": async (rng) => {
    const { model, files } = pick(rng, await adapterSeeds());
    const sources = [...files].map(([name, bytes]) =>
      /config\.json$/.test(name)
        ? file(name, mutateJson(JSON.parse(text(bytes)), rng))
        : bytesSource(name, bytes),
    );
    adapterFromFolder(await readPeftFolder(sources), model);
  },
  "adapter, zip": async (rng) => {
    const { model, files } = pick(rng, await adapterSeeds());
    const zip = zipSync(Object.fromEntries(files)) as Uint8Array<ArrayBuffer>;
    const source = bytesSource("adapter.zip", mutateBytes(zip, rng));
    adapterFromFolder(await readPeftFolder([source]), model);
  },
  "rows, bytes": (rng) => readData(mutateBytes(utf8(pick(rng, [ROWS, LINES])), rng), rng),
  "rows, values": (rng) => readData(utf8(jsonText(mutateJson(JSON.parse(ROWS), rng))), rng),
  tables: (rng) => readFile(`rows.${pick(rng, ["csv", "tsv"])}`, mutateBytes(utf8(pick(rng, TABLES)), rng)),
  "archives of rows": (rng) => {
    const text = utf8(pick(rng, [ROWS, LINES]));
    if (rng.integer(2) === 0)
      return readFile("rows.json.gz", mutateBytes(new Uint8Array(gzipSync(text)), rng));
    const zip = new Uint8Array(zipSync({ "a.json": text, "b/c.csv": utf8(pick(rng, TABLES)) }));
    return readFile("rows.zip", mutateBytes(zip, rng));
  },
  Parquet: (rng) => {
    const bytes = golden(`datasets/parquet/${pick(rng, PARQUET)}.parquet`);
    return readFile("rows.parquet", mutateBytes(bytes, rng));
  },
  settings: (rng) => {
    readSettings(JSON.parse(jsonText(mutateJson(SETTINGS, rng))));
  },
  "hub's answers": askHub,
  "regular expression": (rng) => {
    tryPattern(rng.integer(4) === 0 ? mutateText(randomPattern(rng), rng) : randomPattern(rng), rng);
  },
};

import { openAsBlob, readdirSync, readFileSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { lora } from "../../src/engine/adapters/lora/lora";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import { Generator } from "../../src/engine/generate/generator";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import type { ExportSource } from "../../src/export/entry";
import { modelfile } from "../../src/export/entries/ollama";
import { promptFormat } from "../../src/export/prompt-format";
import { exportFiles, exportOffers } from "../../src/export/registry";
import { blobSource, bytesSource } from "../../src/formats/byte-source";
import { readGgufHeader } from "../../src/formats/gguf/header";
import { type ModelFolder, openModelFolder } from "../../src/formats/model-folder";
import { isBlockType } from "../../src/formats/quantised/block-types";
import type { StreamedFile } from "../../src/formats/zip";
import { makeRng } from "../../src/lib/rng";
import type { ExportId, ExportType } from "../../src/shared/exports";
import { defaultGeneration } from "../../src/shared/generation";
import { loadTokenizer, type Tokenizer } from "../../src/tokenizer/tokenizer";
import { promptIds } from "../../src/data/shape/conversation";
import { openTestGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";
import { greedy, type Llama, type LlamaModel, openLlama } from "./llama";

const QUESTION = "What is a lantern, and who would carry one at 3 o'clock in 1845?";
const TEXTS = [
  QUESTION,
  "  Two spaces, a\ttab,\n\nand lines. 12345 3.14 I'll, we'Ve — naïve café 日本語 🚀👩‍🚀",
  "def f(x):\n    return x ** 2  # squares\n",
];
const LENGTH = 24;

/**
 * Exports a model with a LoRA in every format that llama.cpp reads, and lets llama.cpp tokenize and answer with each:
 * `node tests/run.mjs tests/oracle/check-takeaway.ts DIR [FILE.gguf …]`. Always tests the built-in model, plus any
 * given GGUF files. Answers in f16 must equal the engine's with the adapter, those of quantised files the engine's on
 * the same file.
 */
export async function main([directory, ...files]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: check-takeaway.ts DIR [FILE.gguf …]");
  const gpu = await openTestGpu({}, availableParallelism());
  const llama = await openLlama();
  const checks: boolean[] = [];
  const builtIn = "public/models/spruce";
  const spruce = readdirSync(builtIn).map((file) => bytesSource(file, readFileSync(join(builtIn, file))));
  checks.push(
    ...(await checkModel(
      gpu,
      llama,
      join(directory, "spruce"),
      "Spruce",
      await openModelFolder(spruce),
      null,
    )),
  );
  for (const file of files) {
    const folder = await openModelFolder([blobSource(basename(file), await openAsBlob(file))]);
    const name = basename(file, ".gguf");
    checks.push(...(await checkModel(gpu, llama, join(directory, name), name, folder, file)));
  }
  return checks.every(Boolean) ? 0 : 1;
}

async function checkModel(
  gpu: Gpu,
  llama: Llama,
  directory: string,
  title: string,
  folder: ModelFolder,
  file: string | null,
): Promise<boolean[]> {
  console.log(`== ${title}`);
  await mkdir(directory, { recursive: true });
  const { model, tokenizer } = await load(gpu, folder);
  const { adapter, values } = madeUpLora(model);
  const source = exportSource(model, folder, tokenizer, title, adapter, values);
  const { ids, endIds } = promptIds(
    [{ role: "user", content: QUESTION }],
    source.prompt.rendering,
    tokenizer,
  );
  const state = AdapterState.of(gpu, adapter, values);
  const expected = await answer(model, state, ids, endIds);
  state.destroy();
  for (const { id, problem, variants } of await exportOffers(source, "tuned")) {
    const shown = variants.map(({ type, sizeBytes }) => `${type} ${sizeBytes}`).join(", ");
    console.log(`${id}: ${problem ? JSON.stringify(problem) : shown}`);
  }
  console.log(modelfile(source));
  const made = async (id: ExportId, type: ExportType | null): Promise<string> => {
    const { files } = await exportFiles(source, id, { type, name: `${id}-${type}`, withOptimizer: false });
    for (const each of files) await write(join(directory, each.path), each);
    return join(directory, files[0]!.path);
  };
  if (file === null) await writeForPython(source, directory, expected);
  const results: boolean[] = [];
  const isKept = file !== null && [...folder.gguf!.tensors.values()].some(({ dtype }) => isBlockType(dtype));
  for (const type of ["F16", "Q8_0", "Q5_1", "Q4_0"] as const) {
    const path = await made("gguf", type);
    const loaded = await llama.loadModel({ modelPath: path });
    if (type === "F16") results.push(checkTokens(loaded, source), await checkKept(folder, file, path));
    // In f16 an answer must equal the adapter's; quantised, the engine's on the same file.
    const wanted = type === "F16" && !isKept ? expected : await answerOfFile(gpu, path, ids, endIds);
    results.push(check(`${type}: ${LENGTH} tokens`, await greedy(loaded, ids, endIds, LENGTH), wanted));
    await loaded.dispose();
  }
  const base = file ?? (await made("gguf", "F32"));
  if (file !== null) {
    const loaded = await llama.loadModel({ modelPath: base });
    const path = await made("gguf-lora", "F32");
    results.push(check("LoRA beside the base", await greedy(loaded, ids, endIds, LENGTH, path), expected));
    await loaded.dispose();
  }
  model.weights.destroy();
  return results;
}

/** Writes the folders for Python, with the usage code and the answer it should print. */
async function writeForPython(
  source: ExportSource,
  directory: string,
  answer: readonly number[],
): Promise<void> {
  for (const { id, usage } of await exportOffers(source, "tuned")) {
    if (usage?.language !== "python") continue;
    const choice = { type: id === "merged" ? ("F32" as const) : null, name: "tuned", withOptimizer: false };
    const { files } = await exportFiles(source, id, choice);
    for (const each of files) await write(join(directory, id, each.path), each);
    await writeFile(join(directory, `${id}.py`), usage.code);
  }
  const said = source.tokenizer.decode(answer, { skipSpecialTokens: true });
  await writeFile(
    join(directory, "answer.json"),
    JSON.stringify({ question: QUESTION, said, tokens: LENGTH }),
  );
}

async function load(gpu: Gpu, folder: ModelFolder): Promise<{ model: LoadedModel; tokenizer: Tokenizer }> {
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const model = await loadModel(folder.config, tensors, {
    gpu,
    pipelines: new PipelineCache(gpu),
    tuning: fixedTuning(gpu),
  });
  return { model, tokenizer: loadTokenizer(folder) };
}

/** An arbitrary LoRA that changes the model's answers. */
function madeUpLora({ spec }: LoadedModel): { adapter: Adapter; values: Map<string, HostTensor> } {
  const options = { r: 4, lora_alpha: 8, target_modules: "q_proj,k_proj,v_proj,down_proj" };
  const adapter = lora.bind(options, spec);
  const random = makeRng(5);
  const values = adapter.parameters.map(({ name, shape }): [string, HostTensor] => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, () => 0.04 * (2 * random.uniform() - 1));
    return [name, { shape, data }];
  });
  return { adapter, values: new Map(values) };
}

function exportSource(
  model: LoadedModel,
  folder: ModelFolder,
  tokenizer: Tokenizer,
  title: string,
  adapter: Adapter,
  values: ReadonlyMap<string, HostTensor>,
): ExportSource {
  const { family } = model.spec;
  return {
    model,
    folder,
    tokenizer,
    base: {
      title,
      repository: null,
      commit: null,
      endpoint: "",
      license: "Apache-2.0",
      autoModel: "AutoModelForCausalLM",
      family,
    },
    adapter,
    adapterName: "made up",
    methodId: "lora",
    trainableParameters: 1,
    adapterBytes: 1,
    run: null,
    prompt: promptFormat({ templateId: tokenizer.hasChatTemplate ? "chat" : "alpaca" }, tokenizer, ""),
    values: async () => values,
    changes: async () => mergeChanges(adapter, values),
    training: null,
    record: async () => null,
    optimizer: async () => null,
  };
}

function checkTokens(loaded: LlamaModel, { tokenizer, prompt }: ExportSource): boolean {
  const asked = prompt.text([{ role: "user", content: QUESTION }]);
  const texts = [...TEXTS, asked];
  return texts
    .map((text) =>
      check(
        `tokens of ${JSON.stringify(text.slice(0, 20))}`,
        loaded.tokenize(text, true),
        tokenizer.encode(text, { addSpecialTokens: false }),
      ),
    )
    .every(Boolean);
}

/** Checks that the base file's metadata and the bytes of its unchanged quantised tensors are preserved. */
async function checkKept(folder: ModelFolder, file: string | null, path: string): Promise<boolean> {
  if (file === null) return true;
  const [before, after] = await Promise.all(
    [file, path].map(async (name) => {
      const source = blobSource(name, await openAsBlob(name));
      return { source, header: await readGgufHeader(source) };
    }),
  );
  const replaced = ["general.name", "general.file_type", "general.quantization_version"];
  const metadata = [...before!.header.metadata].filter(([key]) => !replaced.includes(key));
  const same = metadata.every(
    ([key, value]) => JSON.stringify(after!.header.metadata.get(key)) === JSON.stringify(value),
  );
  let kept = 0;
  for (const tensor of before!.header.tensors.filter(({ dtype }) => isBlockType(dtype))) {
    const now = after!.header.tensors.find(({ name }) => name === tensor.name);
    if (now?.dtype !== tensor.dtype) continue;
    const [old, fresh] = await Promise.all([
      before!.source.read(tensor.start, tensor.end),
      after!.source.read(now.start, now.end),
    ]);
    if (Buffer.compare(old, fresh) === 0) kept++;
  }
  const untouched = before!.header.tensors.filter(
    ({ dtype, name }) => isBlockType(dtype) && !/attn_[qkv]|ffn_down/.test(name),
  );
  console.log(`  ${metadata.length} entries, ${kept} quantised tensors with their bytes (${folder.name})`);
  return check("metadata and bytes of the base", [same, kept], [true, untouched.length]);
}

async function answerOfFile(
  gpu: Gpu,
  path: string,
  ids: readonly number[],
  endIds: ReadonlySet<number>,
): Promise<number[]> {
  const folder = await openModelFolder([blobSource("model.gguf", await openAsBlob(path))]);
  const { model } = await load(gpu, folder);
  const said = await answer(model, null, ids, endIds);
  model.weights.destroy();
  return said;
}

async function answer(
  model: LoadedModel,
  state: AdapterState | null,
  ids: readonly number[],
  endIds: ReadonlySet<number>,
): Promise<number[]> {
  const generator = await Generator.create(model, state, ids.length + LENGTH);
  const options = { ...defaultGeneration, maxNewTokens: LENGTH };
  const pieces = generator.generate(ids, options, endIds, makeRng(0));
  const said: number[] = [];
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) said.push(next.value);
  generator.destroy();
  return said;
}

function check(what: string, got: unknown, wanted: unknown): boolean {
  const passed = JSON.stringify(got) === JSON.stringify(wanted);
  console.log(`${passed ? "ok    " : "FAILED"} ${what}`);
  if (!passed) console.log(`       ${JSON.stringify(got)}\n       ${JSON.stringify(wanted)}`);
  return passed;
}

async function write(path: string, file: StreamedFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const out = await open(path, "w");
  let written = 0;
  for await (const bytes of file.chunks()) {
    await out.write(bytes);
    written += bytes.length;
  }
  await out.close();
  if (written !== file.sizeBytes) throw new Error(`${path} has ${written} bytes, not ${file.sizeBytes}`);
}

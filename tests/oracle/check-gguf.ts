import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { renamedTensors } from "../../src/engine/models/files";
import { describeModel } from "../../src/engine/models/registry";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { safetensorsTensor, type TensorSource } from "../../src/engine/weights/tensor-source";
import { ggufLoraFile, ggufLoraHindrance, type LoraSource } from "../../src/export/gguf/lora";
import { type GgufWeights, mergedGguf } from "../../src/export/gguf/merged";
import { ggufTarget, lostWindow } from "../../src/export/gguf/target";
import { tokenizerEntries } from "../../src/export/gguf/tokenizer-entries";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import type { StreamedFile } from "../../src/formats/zip";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  goldenRoot,
  readJson,
  readTensors,
  under,
} from "../support/golden";
import { openLlama, probabilities } from "./llama";

/**
 * Writes golden models with each of their adapters as GGUF and has llama.cpp compute with them:
 * `node tests/run.mjs tests/oracle/check-gguf.ts DIR [family/case …]`. The largest difference of a probability from what
 * PEFT gives must be small; what cannot be written is named.
 */
export async function main([directory, ...wanted]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: check-gguf.ts DIR [family/case …]");
  mkdirSync(directory, { recursive: true });
  const llama = await openLlama();
  let failures = 0;
  for (const family of goldenFamilies()) {
    const cases = goldenCases(family).filter((name) =>
      wanted.length === 0 ? CASES.includes(name) : wanted.includes(`${family}/${name}`),
    );
    if (cases.length === 0) continue;
    const model = await hostModel(family);
    const target = ggufTarget(model.spec);
    const reason = "code" in target ? JSON.stringify(target) : outOfReach(family, model);
    if ("code" in target || reason !== null) {
      console.log(`${family}: ${reason}`);
      continue;
    }
    const base = join(directory, `${family}.gguf`);
    await write(base, await merged(model, null, new Map(), "F32"));
    for (const name of cases) {
      const tensors = await readTensors(family, name, "golden.safetensors");
      const adapter = bindCase(model, family, name);
      const values = under(tensors, "after");
      const [batch] = goldenBatches(tensors);
      const length = batch!.segments[0]![0]!.length;
      const ids = Array.from(batch!.ids.slice(0, length));
      const logits = tensors.get("saved_logits")!.data as Float32Array;
      const wantedRows = softmaxRows(logits, length, model.spec.vocabularySize);
      const say = (what: string, result: string): void => console.log(`${family}/${name} ${what}: ${result}`);
      const compare = async (what: string, path: string, limit: number, lora?: string): Promise<void> => {
        const loaded = await llama.loadModel({ modelPath: path });
        const theirs = await probabilities(loaded, ids, model.spec.vocabularySize, lora);
        await loaded.dispose();
        const gap = Math.max(...theirs.map((row, i) => largestGap(row, wantedRows[i]!)));
        say(what, `${gap.toExponential(1)}${gap < limit ? "" : " FAILED"}`);
        if (!(gap < limit)) failures++;
      };
      const source = loraSource(model, adapter, name, values);
      const hindrance = ggufLoraHindrance(source);
      if (hindrance) say("lora", JSON.stringify(hindrance));
      else {
        const path = join(directory, `${family}-${name}-lora.gguf`);
        await write(path, ggufLoraFile(source, target, path, "F32"));
        await compare("lora F32", base, LIMIT, path);
      }
      if (!adapter.merge) continue;
      for (const [dtype, limit] of [
        ["F32", LIMIT],
        ["F16", 3e-2],
        // Rounded to eight bits: this is only to see that the file loads and means the same.
        ["Q8_0", 0.3],
      ] as const) {
        const path = join(directory, `${family}-${name}-${dtype}.gguf`);
        await write(path, await merged(model, adapter, values, dtype));
        await compare(`merged ${dtype}`, path, limit);
      }
    }
  }
  return failures > 0 ? 1 : 0;
}

/** Cases of which each says something of its own about the files. */
const CASES: readonly string[] = ["lora", "lora_all", "lora_ends", "lora_layers", "lora_pissa", "dora"];

/** llama.cpp looks GELU up in a table of f16, and its attention rounds to f16 in places. A wrong file is off by 0.3. */
const LIMIT = 1e-2;

/** A golden model on no GPU. */
type HostModel = Pick<LoadedModel, "spec" | "tensors">;

async function hostModel(family: string): Promise<HostModel> {
  const file = readFileSync(join(goldenRoot, family, "model.safetensors"));
  const spec = describeModel(readJson(family, "config.json"));
  const files = renamedTensors(spec, await openWeights([bytesSource("model.safetensors", file)]));
  const tensors = declareWeights(spec).map(({ name }): [string, TensorSource] => {
    const tensor = files.get(name) ?? files.get(name.slice(spec.prefix.length));
    return [name, safetensorsTensor(tensor!)];
  });
  return { spec, tensors: new Map(tensors) };
}

/** Why llama.cpp's numbers cannot be the golden's though the files are right; null where they can. */
function outOfReach(family: string, { spec }: HostModel): string | null {
  if (existsSync(join(goldenRoot, family, "quantization.json"))) return "quantised when it loads";
  return lostWindow(spec) === null ? null : "llama.cpp leaves its sliding window out";
}

function loraSource(
  { spec }: HostModel,
  adapter: Adapter,
  name: string,
  values: ReadonlyMap<string, HostTensor>,
): LoraSource {
  const { family } = spec;
  const none = { title: family, repository: null, endpoint: "", license: "" };
  return {
    spec,
    adapter,
    adapterName: name,
    methodId: "lora",
    base: { ...none, autoModel: "AutoModelForCausalLM", family },
    values: async () => values,
  };
}

async function merged(
  model: HostModel,
  adapter: Adapter | null,
  values: ReadonlyMap<string, HostTensor>,
  dtype: GgufWeights,
): Promise<StreamedFile> {
  const target = ggufTarget(model.spec);
  if ("code" in target) throw new Error(target.code);
  const tokenizer = tokenizerEntries({
    files: { tokenizer: asciiTokenizer(model.spec.vocabularySize), config: {}, chatTemplate: null },
    rows: model.spec.vocabularySize,
    addsStart: false,
    endIds: [0],
  });
  if ("code" in tokenizer) throw new Error(tokenizer.code);
  return mergedGguf(
    {
      model,
      adapter: adapter ?? ({ unties: false } as Adapter),
      origin: null,
      tokenizer,
      name: "golden",
      license: "",
      changes: async () => (adapter ? mergeChanges(adapter, values) : new Map()),
    },
    target,
    "golden.gguf",
    dtype,
  );
}

/** Golden models have no tokenizer: one of ASCII's characters, for their few tokens. */
function asciiTokenizer(rows: number): Record<string, unknown> {
  const characters = ["Ċ", "Ġ", ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))];
  const vocab = Object.fromEntries(characters.slice(0, rows).map((token, id) => [token, id]));
  return {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab, merges: ["a b"], ignore_merges: false },
  };
}

async function write(path: string, file: StreamedFile): Promise<void> {
  const out = await open(path, "w");
  let written = 0;
  for await (const bytes of file.chunks()) {
    await out.write(bytes);
    written += bytes.length;
  }
  await out.close();
  if (written !== file.sizeBytes) throw new Error(`${path} has ${written} bytes, not ${file.sizeBytes}`);
}

function softmaxRows(logits: Float32Array, rows: number, width: number): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const values = Float64Array.from(logits.subarray(row * width, (row + 1) * width));
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const shares = values.map((value) => Math.exp(value - most));
    const sum = shares.reduce((a, b) => a + b, 0);
    return shares.map((share) => share / sum);
  });
}

/** The largest difference of a probability, relative to the largest probability. */
function largestGap(a: Float64Array, b: Float64Array): number {
  const most = b.reduce((x, y) => Math.max(x, y), 0);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / most), 0);
}

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import { ggufLoraFile, ggufLoraBlocker, type LoraSource } from "../../src/export/gguf/lora";
import { type GgufWeights, mergedGguf } from "../../src/export/gguf/merged";
import { ggufTarget, ignoredWindow } from "../../src/export/gguf/target";
import { tokenizerEntries } from "../../src/export/gguf/tokenizer-entries";
import type { StreamedFile } from "../../src/formats/zip";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  goldenRoot,
  readTensors,
  under,
} from "../support/golden";
import { type HostModel, hostModel, writeStreamed } from "./host-model";
import { misroundedTensor } from "./gguf-rounding";
import { openLlama, probabilities } from "./llama";

/**
 * Writes golden models with each of their adapters as GGUF and runs them in llama.cpp:
 * `node tests/run.mjs tests/oracle/check-gguf.ts DIR [family/case …]`. No probability may differ from PEFT's by more than
 * the limit, relative to the largest of its row, and the numbers of F16 and Q8_0 files must be those of the F32 file
 * within half a step. Prints the reason where a file cannot be written.
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
    await writeStreamed(base, await merged(model, null, new Map(), "F32"));
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
      const blocker = ggufLoraBlocker(source);
      if (blocker) say("lora", JSON.stringify(blocker));
      else {
        const path = join(directory, `${family}-${name}-lora.gguf`);
        await writeStreamed(path, ggufLoraFile(source, target, path, "F32"));
        await compare("lora F32", base, f32Limit(model), path);
      }
      if (!adapter.merge) continue;
      const pathOf = (dtype: string): string => join(directory, `${family}-${name}-${dtype}.gguf`);
      for (const [dtype, limit] of [
        ["F32", f32Limit(model)],
        ["F16", F16_LIMIT],
        ["Q8_0", Q8_0_LIMIT],
      ] as const) {
        const path = pathOf(dtype);
        await writeStreamed(path, await merged(model, adapter, values, dtype));
        await compare(`merged ${dtype}`, path, limit);
        const wrong = await misroundedTensor(path, pathOf("F32"));
        if (wrong !== null) {
          say(`merged ${dtype}`, `${wrong} FAILED`);
          failures++;
        }
      }
    }
  }
  return failures > 0 ? 1 : 0;
}

/** Cases that each test a different aspect of the files. */
const CASES: readonly string[] = ["lora", "lora_all", "lora_ends", "lora_layers", "lora_pissa", "dora"];

/** llama.cpp looks GELU up in a table of f16. PyTorch with GELU rounded so differs from itself by 5e-4 to 8e-4. */
function f32Limit({ spec }: HostModel): number {
  return spec.blocks.some(({ mlp }) => mlp.activation.startsWith("gelu")) ? 2e-3 : 1e-5;
}

/** llama.cpp rounds activations to the type of the weights, which the large weights of golden models amplify. */
const F16_LIMIT = 3e-2;
const Q8_0_LIMIT = 0.15;

/** Why llama.cpp's numbers legitimately differ from the golden's, or null if they should agree. */
function outOfReach(family: string, { spec }: HostModel): string | null {
  if (existsSync(join(goldenRoot, family, "quantization.json"))) return "quantised when it loads";
  return ignoredWindow(spec) === null ? null : "llama.cpp leaves its sliding window out";
}

function loraSource(
  { spec }: HostModel,
  adapter: Adapter,
  name: string,
  values: ReadonlyMap<string, HostTensor>,
): LoraSource {
  const { family } = spec;
  const none = { title: family, repository: null, commit: null, endpoint: "", license: "" };
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
      adapter: adapter ?? ({ untiesHead: false } as Adapter),
      origin: null,
      tokenizer,
      chatTemplate: null,
      name: "golden",
      license: "",
      changes: async () => (adapter ? mergeChanges(adapter, values) : new Map()),
    },
    target,
    "golden.gguf",
    dtype,
  );
}

/** A tokenizer of ASCII characters for golden models, which have few tokens and no tokenizer. */
function asciiTokenizer(rows: number): Record<string, unknown> {
  const characters = ["Ċ", "Ġ", ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))];
  const vocab = Object.fromEntries(characters.slice(0, rows).map((token, id) => [token, id]));
  return {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab, merges: ["a b"], ignore_merges: false },
  };
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

/** The largest difference in probability, relative to the largest probability. */
function largestGap(a: Float64Array, b: Float64Array): number {
  const most = b.reduce((x, y) => Math.max(x, y), 0);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / most), 0);
}

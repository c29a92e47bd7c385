import { mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { ggufLoraFile, ggufLoraHindrance } from "../../src/export/gguf/lora";
import { type GgufWeights, mergedGguf } from "../../src/export/gguf/merged";
import { ggufTarget, lostWindow } from "../../src/export/gguf/target";
import { tokenizerEntries } from "../../src/export/gguf/tokenizer-entries";
import type { StreamedFile } from "../../src/formats/zip";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  goldenState,
  loadGoldenModel,
  readTensors,
  under,
} from "../support/golden";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { openLlama, probabilities } from "./llama";

/**
 * Writes golden models with each of their adapters as GGUF and has llama.cpp compute with them:
 * `node tests/run.mjs tests/oracle/check-gguf.ts DIR [family/case …]`. The largest difference of a probability from the
 * engine's own must be small; what cannot be written is named.
 */
export async function main([directory, ...wanted]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: check-gguf.ts DIR [family/case …]");
  mkdirSync(directory, { recursive: true });
  const gpu = await openTestGpu();
  const llama = await openLlama();
  let failures = 0;
  for (const family of goldenFamilies()) {
    const cases = goldenCases(family).filter(
      (name) => wanted.length === 0 || wanted.includes(`${family}/${name}`),
    );
    if (cases.length === 0) continue;
    const model = await loadGoldenModel(gpu, family);
    const target = ggufTarget(model.spec);
    if ("code" in target) {
      console.log(`${family}: ${JSON.stringify(target)}`);
      continue;
    }
    if (lostWindow(model.spec) !== null) {
      console.log(`${family}: llama.cpp leaves its sliding window out`);
      continue;
    }
    // llama.cpp looks GELU up in a table of f16.
    const most = model.spec.blocks[0]?.mlp.activation === "silu" ? 1e-3 : 1e-2;
    const base = join(directory, `${family}.gguf`);
    await write(base, await merged(model, null, new Map(), "F32"));
    for (const name of cases) {
      const tensors = await readTensors(family, name, "golden.safetensors");
      const adapter = bindCase(model, family, name);
      const values = under(tensors, "after");
      const [batch] = goldenBatches(tensors);
      const length = batch!.segments[0]![0]!.length;
      const ids = Array.from(batch!.ids.slice(0, length));
      const state = goldenState(gpu, adapter, tensors, "after");
      const logits = await computeLogits(model, state, batch!);
      const ours = softmaxRows(logits, length, model.spec.vocabularySize, adapter.promptLength);
      state.destroy();
      const say = (what: string, problem: string): void =>
        console.log(`${family}/${name} ${what}: ${problem}`);
      const compare = async (what: string, path: string, limit: number, lora?: string): Promise<void> => {
        const loaded = await llama.loadModel({ modelPath: path });
        const theirs = await probabilities(loaded, ids, model.spec.vocabularySize, lora);
        await loaded.dispose();
        const gap = Math.max(...theirs.map((row, i) => largestGap(row, ours[i]!)));
        say(what, `${gap.toExponential(1)}${gap < limit ? "" : " FAILED"}`);
        if (!(gap < limit)) failures++;
      };
      const lora = {
        spec: model.spec,
        adapter,
        adapterName: name,
        methodId: "lora" as const,
        base: {
          title: family,
          repository: null,
          endpoint: "",
          license: "",
          autoModel: "AutoModelForCausalLM",
          family,
        } as const,
        values: async () => values,
      };
      const hindrance = ggufLoraHindrance(lora);
      if (hindrance) say("lora", JSON.stringify(hindrance));
      else {
        const path = join(directory, `${family}-${name}-lora.gguf`);
        await write(path, ggufLoraFile(lora, target, path, "F32"));
        await compare("lora F32", base, most, path);
      }
      if (!adapter.merge) say("merged", "does not merge");
      else {
        for (const [dtype, limit] of [
          ["F32", most],
          ["F16", 2e-2],
          // Rounded to eight bits: this is only to see that the file loads and means the same.
          ["Q8_0", 0.2],
        ] as const) {
          const path = join(directory, `${family}-${name}-${dtype}.gguf`);
          await write(path, await merged(model, adapter, values, dtype));
          await compare(`merged ${dtype}`, path, limit);
        }
      }
    }
    model.weights.destroy();
  }
  return failures > 0 ? 1 : 0;
}

async function merged(
  model: LoadedModel,
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

function softmaxRows(logits: Float32Array, rows: number, width: number, skip: number): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const values = Float64Array.from(logits.subarray((skip + row) * width, (skip + row + 1) * width));
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

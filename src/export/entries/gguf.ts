import type { Problem } from "../../lib/problems/problem";
import { defined } from "../../lib/invariant";
import type { ExportNote, ExportType } from "../../shared/exports";
import { isBlockType, isFloatType } from "../../formats/quantised/block-types";
import { WRITTEN_BLOCKS } from "../../formats/quantised/quantise";
import type { StreamedFile } from "../../formats/zip";
import type { ExportEntry, ExportSource } from "../entry";
import { type GgufWeights, mergedGguf, unquantisedCount } from "../gguf/merged";
import { ggufTarget, ignoredWindow, usableTarget } from "../gguf/target";
import { tokenizerEntries } from "../gguf/tokenizer-entries";
import { cannotMerge } from "../blockers";
import { withTemplate } from "../prompt-format";
import { modelQuantised } from "../quantised-base";

/** The recommended type first: small without visible loss. */
export const GGUF_TYPES = [
  "Q8_0",
  "F16",
  "BF16",
  "F32",
  "Q5_1",
  "Q5_0",
  "Q4_1",
  "Q4_0",
] as const satisfies readonly ExportType[];

/** The merged model as one GGUF file. */
export const ggufEntry: ExportEntry = {
  id: "gguf",
  kind: "file",
  readers: () => ["llama.cpp", "Ollama", "LM Studio", "node-llama-cpp"],
  blocker: ggufBlocker,
  types: () => GGUF_TYPES,
  notes: ggufNotes,
  files: async (source, { type, name }) => [await ggufModel(source, `${name}.gguf`, type)],
  usage: (_source, name) => ({ language: "shell", code: `llama-server -m path/to/${name}.gguf --jinja` }),
};

/** Why the merged model cannot be written for llama.cpp, or null. */
export function ggufBlocker(source: ExportSource): Problem | null {
  const target = ggufTarget(source.model.spec);
  if ("code" in target) return target;
  const cannot = cannotMerge(source);
  if (cannot || source.folder.gguf) return cannot;
  const tokenizer = cachedTokenizer(source);
  return "code" in tokenizer ? tokenizer : null;
}

/** Notes on the merged GGUF. */
export function ggufNotes({ model, folder }: ExportSource, type: ExportType | null): ExportNote[] {
  const tokens = ignoredWindow(model.spec);
  const how = modelQuantised(model);
  const tensors = unquantisedCount(model, weightsOf(type));
  const keeps = [...(folder.gguf?.tensors.values() ?? [])].some(({ dtype }) => isBlockType(dtype));
  return [
    ...(how && !keeps ? [{ code: "widened", how } as const] : []),
    ...(keeps ? [{ code: "bytes-kept" } as const] : []),
    ...(tensors > 0 ? [{ code: "rows-in-f16", tensors } as const] : []),
    ...(tokens === null ? [] : [{ code: "window-lost", program: "llama.cpp", tokens } as const]),
  ];
}

/** The merged model as one GGUF file. */
export async function ggufModel(
  source: ExportSource,
  path: string,
  type: ExportType | null,
): Promise<StreamedFile> {
  const { model, adapter, adapterName, base, folder, changes, prompt } = source;
  const target = defined(usableTarget(model.spec), "a target");
  const tokenizer = folder.gguf ? [] : cachedTokenizer(source);
  return mergedGguf(
    {
      model,
      adapter,
      origin: folder.gguf ?? null,
      tokenizer: "code" in tokenizer ? [] : tokenizer,
      chatTemplate: prompt.chatTemplate,
      name: `${base.title} ${adapterName}`,
      license: base.license,
      changes,
    },
    target,
    path,
    weightsOf(type),
  );
}

function weightsOf(type: ExportType | null): GgufWeights {
  const block = WRITTEN_BLOCKS.find((known) => known === type);
  return block ?? (type !== null && isFloatType(type) ? type : "Q8_0");
}

const tokenizers = new WeakMap<ExportSource, ReturnType<typeof tokenizerEntries>>();

/** Tokenizer entries, cached because vocabularies are large. */
function cachedTokenizer(source: ExportSource): ReturnType<typeof tokenizerEntries> {
  const { folder, model, prompt } = source;
  const made =
    tokenizers.get(source) ??
    tokenizerEntries({
      files: withTemplate(folder.tokenizer, prompt),
      rows: model.spec.vocabularySize,
      addsStart: prompt.startText !== "",
      endIds: prompt.endIds,
    });
  tokenizers.set(source, made);
  return made;
}

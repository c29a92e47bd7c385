import type { StreamedFile } from "../formats/zip";
import { defined } from "../lib/invariant";
import { LuthierError } from "../lib/errors";
import type { ExportId, ExportOffer, ExportType, ExportVariant } from "../shared/exports";
import { adapterEntry } from "./entries/adapter";
import { ggufEntry } from "./entries/gguf";
import { ggufLoraEntry } from "./entries/gguf-lora";
import { mergedEntry } from "./entries/merged";
import { mlxEntry } from "./entries/mlx";
import { ollamaEntry } from "./entries/ollama";
import { onnxEntry } from "./entries/onnx";
import { axolotlEntry } from "./entries/axolotl";
import { llamaFactoryEntry } from "./entries/llama-factory";
import { unslothEntry } from "./entries/unsloth";
import { trainingScriptEntry } from "./entries/training-script";
import type { ExportChoice, ExportEntry, ExportSource } from "./entry";

/** Export formats by id. */
const entries: Readonly<Record<ExportId, ExportEntry>> = {
  adapter: adapterEntry,
  merged: mergedEntry,
  "gguf-lora": ggufLoraEntry,
  gguf: ggufEntry,
  ollama: ollamaEntry,
  mlx: mlxEntry,
  onnx: onnxEntry,
  "training-script": trainingScriptEntry,
  "llama-factory": llamaFactoryEntry,
  axolotl: axolotlEntry,
  unsloth: unslothEntry,
};

/** Name of an export's folder, or of its file without extension. */
export function exportName(name: string, id: ExportId): string {
  return id === "adapter" ? name : `${name}-${id}`;
}

/** All export formats, with sizes, or why they are impossible for this adapter. */
export function exportOffers(source: ExportSource, name: string): Promise<ExportOffer[]> {
  return Promise.all(Object.values(entries).map((entry) => offerOf(entry, source, name)));
}

async function offerOf(entry: ExportEntry, source: ExportSource, name: string): Promise<ExportOffer> {
  const { id, kind } = entry;
  const problem = entry.blocker(source);
  const gaps = problem ? [] : (entry.gaps?.(source) ?? []);
  const offer = {
    id,
    kind,
    problem,
    readers: entry.readers(source),
    usage: entry.usage(source, exportName(name, id)),
    gaps,
  };
  const variants: ExportVariant[] = [];
  for (const type of problem ? [] : entry.types(source)) {
    const sizeBytes = await sizeOf(entry, source, type, name);
    variants.push({ type, sizeBytes, notes: entry.notes(source, type) });
  }
  return { ...offer, variants };
}

async function sizeOf(
  entry: ExportEntry,
  source: ExportSource,
  type: ExportType | null,
  name: string,
): Promise<number> {
  if (entry.sizeBytes) return entry.sizeBytes(source);
  const files = await entry.files(source, { type, name, withOptimizer: false });
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Files of an export, and whether it is a file or a folder. Errors: impossible for this adapter. */
export async function exportFiles(
  source: ExportSource,
  id: ExportId,
  choice: ExportChoice,
): Promise<Pick<ExportEntry, "kind"> & { readonly files: readonly StreamedFile[] }> {
  const entry = defined(entries[id], id);
  const problem = entry.blocker(source);
  if (problem) throw new LuthierError(problem);
  return { kind: entry.kind, files: await entry.files(source, choice) };
}

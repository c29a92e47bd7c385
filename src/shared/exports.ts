import type { Problem } from "../lib/problems/problem";

/** Export formats by purpose, in display order. */
export const exportPurposes = {
  python: ["adapter", "merged"],
  local: ["gguf-lora", "gguf", "ollama", "mlx"],
  web: ["onnx"],
  server: ["training-script", "llama-factory", "axolotl", "unsloth"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ExportPurpose = keyof typeof exportPurposes;
export type ExportId = (typeof exportPurposes)[ExportPurpose][number];

/** Exports that train a run elsewhere. */
export type TrainerExportId = (typeof exportPurposes)["server"][number];

export function isTrainerExport(id: ExportId): id is TrainerExportId {
  return exportPurposes.server.some((known) => known === id);
}

/** Data type of an export; "base" keeps the base model's. */
export type ExportType = "base" | "F32" | "F16" | "BF16" | "Q8_0" | "Q5_1" | "Q5_0" | "Q4_1" | "Q4_0" | "Q4";

/** Remarks on an export. */
export type ExportNote =
  /** The base is quantised (in its file or on loading); merged tensors are dequantised. */
  | { readonly code: "widened"; readonly how: "stored" | "loaded" }
  /** Unchanged quantised tensors are copied as they are. */
  | { readonly code: "bytes-kept" }
  /** Matrices whose rows are not whole blocks are stored as f16. */
  | { readonly code: "rows-in-f16"; readonly tensors: number }
  /** The program ignores the sliding window, which affects longer texts. */
  | { readonly code: "window-lost"; readonly program: "llama.cpp" | "mlx-lm"; readonly tokens: number }
  /** Requires the base model in the same format. */
  | { readonly code: "base-needed"; readonly format: "gguf" | "mlx" };

/** What a trainer elsewhere does otherwise than the run here. */
export const TRAINER_GAPS = [
  /** Elements dropped out are drawn by another generator. */
  "dropout-draws",
  /** Packed rows are computed one per sequence. */
  "packing-undone",
  "base-quantised",
  "base-gguf",
  /** Rows are shuffled and batched by the tool. */
  "batch-order",
  /** The adapter's values are drawn by the tool. */
  "start-values",
  "optimizer-state",
  /** The loss of a micro-batch is averaged before those of a step are. */
  "loss-mean",
  /** The tool tokenizes the text of the rows again. */
  "tokenized-again",
  "base-dropout",
  "best-values",
  "early-stopping",
  "lora-start",
  "rank-patterns",
  "biases",
  "adapter-plus",
  "likelihood-term",
  "time-limit",
  /** What is best is decided by the validation loss. */
  "best-by-score",
  "scores-on-the-way",
] as const;
export type TrainerGap = (typeof TRAINER_GAPS)[number];

/** A data type of an export, with its size. */
export interface ExportVariant {
  /** Null if there is no choice. */
  readonly type: ExportType | null;
  /** Approximate size. */
  readonly sizeBytes: number;
  readonly notes: readonly ExportNote[];
}

/** Code that uses an export. */
export interface UsageLines {
  readonly language: "python" | "shell" | "javascript";
  readonly code: string;
}

/** An export format as offered on the page. */
export interface ExportOffer {
  readonly id: ExportId;
  /** Why it is impossible, or null. */
  readonly problem: Problem | null;
  /** Nonempty if possible; the first is the recommended one. */
  readonly variants: readonly ExportVariant[];
  /** Programs that load it. */
  readonly readers: readonly string[];
  /** A single file, or a folder that can be saved as a zip. */
  readonly kind: "file" | "folder";
  readonly usage: UsageLines | null;
  /** For other trainers: what they do otherwise than the run. */
  readonly gaps: readonly TrainerGap[];
}

/** A finished export: written to the given folder, or a file or zip in `archive`. */
export interface MadeExport {
  readonly name: string;
  readonly sizeBytes: number;
  readonly archive: Blob | null;
}

/** An ONNX export's answer in onnxruntime-web, compared with the engine token by token. */
export interface OnnxTrial {
  readonly answer: string;
  readonly tokens: number;
  /** Tokens for which the engine would have chosen the same. */
  readonly agreeing: number;
  /** Largest difference of a logit, relative to the largest logit of its token. */
  readonly largestDifference: number;
}

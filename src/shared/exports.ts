import type { Problem } from "../lib/problems/problem";

/** Export formats by purpose, in display order. */
export const exportPurposes = {
  python: ["adapter", "merged"],
  local: ["gguf-lora", "gguf", "ollama", "mlx"],
  web: ["onnx"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ExportPurpose = keyof typeof exportPurposes;
export type ExportId = (typeof exportPurposes)[ExportPurpose][number];

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
  /** llama.cpp ignores the sliding window, which affects longer texts. */
  | { readonly code: "window-lost"; readonly tokens: number }
  /** Requires the base model in the same format. */
  | { readonly code: "base-needed"; readonly format: "gguf" | "mlx" };

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
}

/** A finished export: written to the given folder, or a file or zip in `archive`. */
export interface MadeExport {
  readonly name: string;
  readonly sizeBytes: number;
  readonly archive: Blob | null;
}

import type { Problem } from "../lib/problems/problem";

/** What can be taken along, by what it is for; the order is that of the page. */
export const exportPurposes = {
  python: ["adapter", "merged"],
  local: ["gguf-lora", "gguf", "ollama", "mlx"],
  web: ["onnx"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ExportPurpose = keyof typeof exportPurposes;
export type ExportId = (typeof exportPurposes)[ExportPurpose][number];

/** How an export's numbers are stored; "base" as the base model's files have them. */
export type ExportType = "base" | "F32" | "F16" | "BF16" | "Q8_0" | "Q5_1" | "Q5_0" | "Q4_1" | "Q4_0" | "Q4";

/** What is worth knowing of an export before it is made. */
export type ExportNote =
  /** The base is quantised, in its file or since it loaded, and what is merged is widened. */
  | { readonly code: "widened"; readonly how: "stored" | "loaded" }
  /** Quantised tensors that the adapter leaves alone keep their bytes. */
  | { readonly code: "bytes-kept" }
  /** Matrices whose rows are no whole blocks stay in f16. */
  | { readonly code: "rows-in-f16"; readonly tensors: number }
  /** llama.cpp leaves the model's sliding window out: answers to longer texts differ. */
  | { readonly code: "window-lost"; readonly tokens: number }
  /** It needs the base model in the same format beside it. */
  | { readonly code: "base-needed"; readonly format: "gguf" | "mlx" };

/** One way of storing an export, with its size. */
export interface ExportVariant {
  /** Null where there is nothing to choose. */
  readonly type: ExportType | null;
  /** Bytes of its files, about. */
  readonly sizeBytes: number;
  readonly notes: readonly ExportNote[];
}

/** Lines that use an export. */
export interface UsageLines {
  readonly language: "python" | "shell" | "javascript";
  readonly code: string;
}

/** An export of an adapter as the page offers it. */
export interface ExportOffer {
  readonly id: ExportId;
  /** Why it cannot be made; null where it can. */
  readonly problem: Problem | null;
  /** At least one where it can be made; the first is the usual one. */
  readonly variants: readonly ExportVariant[];
  /** Names of the programs that read it. */
  readonly readers: readonly string[];
  /** What is saved: one file, or a folder that may come as a zip. */
  readonly kind: "file" | "folder";
  readonly usage: UsageLines | null;
}

/** An export that was made: written into the folder that was given, or here as a file or a zip of its folder. */
export interface MadeExport {
  readonly name: string;
  readonly sizeBytes: number;
  readonly archive: Blob | null;
}

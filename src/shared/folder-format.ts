/**
 * Which software loads an exported folder: PEFT; PEFT given the experts' paths; the adapters library: plain, with its
 * own head classes (needed to invert an invertible adapter), stacked, stacked on transformers' classes, or fused;
 * transformers, whose weights are replaced; or only Luthier.
 */
export type FolderFormat =
  | "peft"
  | "peft-experts"
  | "adapters"
  | "adapters-heads"
  | "adapters-stack"
  | "adapters-stack-plain"
  | "adapters-fusion"
  | "weights"
  | "luthier"
  | "luthier-sparse";

/** Library that loads an exported folder; Luthier if none does. */
export type FolderReader = "peft" | "adapters" | "transformers" | "luthier";

/** Library that loads each format. */
export const folderReaders: Readonly<Record<FolderFormat, FolderReader>> = {
  peft: "peft",
  "peft-experts": "peft",
  adapters: "adapters",
  "adapters-heads": "adapters",
  "adapters-stack": "adapters",
  "adapters-stack-plain": "adapters",
  "adapters-fusion": "adapters",
  weights: "transformers",
  "luthier-sparse": "transformers",
  luthier: "luthier",
};

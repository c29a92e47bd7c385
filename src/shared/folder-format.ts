/**
 * Who reads an exported folder: PEFT, PEFT told where the experts lie, the adapters library, the same with heads of its
 * own (which in its own classes alone undo an invertible adapter) or with adapters stacked, there or in transformers' own
 * classes, or fused, transformers, which takes the trained weights in the place of its own, or Luthier alone.
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

/** The library that loads an exported folder; Luthier where none does. */
export type FolderReader = "peft" | "adapters" | "transformers" | "luthier";

/** Which library loads a folder of each format. */
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

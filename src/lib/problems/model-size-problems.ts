/** Sizes in a model's files. */
export interface ModelSizeProblems {
  /** config.json gives a size that contradicts the files, or that no model has. */
  readonly "model/too-large": { readonly key: string; readonly value: number; readonly most: number };
  /** A JSON file is nested too deep. */
  readonly "format/nested-too-deep": { readonly file: string };
  /** A text file is longer than any legitimate one. */
  readonly "format/text-too-long": {
    readonly file: string;
    readonly sizeBytes: number;
    readonly maxBytes: number;
  };
  /** The vocabulary's tokens are too long to reconstruct their merges. */
  readonly "model/tokens-too-long": { readonly longestChars: number };
}

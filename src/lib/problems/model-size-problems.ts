/** Sizes in a model's files. */
export interface ModelSizeProblems {
  /** config.json names a size that the files cannot hold, or that no model has. */
  readonly "model/too-large": { readonly key: string; readonly value: number; readonly most: number };
  /** Lists and objects of a JSON file lie in each other beyond any use. */
  readonly "format/nested-too-deep": { readonly file: string };
  /** A file of text is longer than any of its kind. */
  readonly "format/text-too-long": {
    readonly file: string;
    readonly sizeBytes: number;
    readonly maxBytes: number;
  };
  /** The tokens of a vocabulary are too long to find their merges. */
  readonly "model/tokens-too-long": { readonly longestChars: number };
}

/** The hub that is asked unless the person names another. */
export const DEFAULT_HUB_ENDPOINT = "https://huggingface.co";

/** A repository: on which server, under which name, at which branch, tag or commit. */
export interface HubAddress {
  /** Origin and path of the server, with no "/" at the end. */
  readonly endpoint: string;
  /** "owner/name", or "name" alone for the few that have no owner. */
  readonly repository: string;
  readonly revision: string;
  /** Set for a repository of a dataset; others are models'. */
  readonly kind?: "dataset";
}

/** A part of a dataset: one of its configurations, and one of that one's splits. */
export interface DatasetPart {
  readonly config: string;
  readonly split: string;
}

/** What a file's bytes must hash to: SHA-256 of large files, git's own SHA-1 of the others. Lower-case hexadecimal. */
export interface Checksum {
  readonly kind: "sha256" | "git-sha1";
  readonly hex: string;
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Null when the server tells none. */
  readonly checksum: Checksum | null;
}

/** One of the forms in which a repository offers its weights. */
export interface WeightChoice {
  /** "safetensors", or the path of a GGUF file. */
  readonly id: string;
  readonly kind: "safetensors" | "gguf";
  /** Bytes to download, tokenizer and configuration included. */
  readonly sizeBytes: number;
}

/** What a repository offers, at the commit that its revision means now. */
export interface HubListing {
  /** "" when the repository states none. */
  readonly license: string;
  /** At least one; the first is the one to suggest. */
  readonly choices: readonly WeightChoice[];
}

/** A download that was cancelled or broke off, and can go on. */
export interface UnfinishedDownload {
  readonly id: string;
  readonly address: HubAddress;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

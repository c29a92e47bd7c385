/** Default hub. */
export const DEFAULT_HUB_ENDPOINT = "https://huggingface.co";

/** A model repository at a revision: branch, tag or commit. */
export interface HubAddress {
  /** Base URL of the server, without trailing "/". */
  readonly endpoint: string;
  /** "owner/name", or "name" for legacy repositories. */
  readonly repository: string;
  readonly revision: string;
}

/** File checksum in lower-case hexadecimal: SHA-256 for LFS files, git's SHA-1 for others. */
export interface Checksum {
  readonly kind: "sha256" | "git-sha1";
  readonly hex: string;
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Null if the server gives none. */
  readonly checksum: Checksum | null;
}

/** A form of weights in a repository. */
export interface WeightChoice {
  /** "safetensors", or the path of a GGUF file. */
  readonly id: string;
  readonly kind: "safetensors" | "gguf";
  /** Download size, tokenizer and configs included. */
  readonly sizeBytes: number;
}

/** Weights in a repository at the revision's current commit. */
export interface HubListing {
  /** "" if unknown. */
  readonly license: string;
  /** Nonempty; the first is the recommended one. */
  readonly choices: readonly WeightChoice[];
}

/** An unfinished download that can be resumed. */
export interface UnfinishedDownload {
  readonly id: string;
  readonly address: HubAddress;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

import type { ValueFault } from "./value-faults";

/** A repository and the hub host that was queried. */
export interface AskedOf {
  readonly repository: string;
  readonly hub: string;
}

/** Problems with a model hub: user input, responses and downloads. */
export interface HubProblems {
  readonly "config/no-model-repository": { readonly path: string; readonly kind: "datasets" | "spaces" };
  /** `path` is "" if nothing was entered. */
  readonly "config/repository-name": { readonly path: string };
  readonly "config/revision": { readonly revision: string };
  readonly "config/endpoint": { readonly typed: string; readonly example: string };
  readonly "config/token-characters": object;
  readonly "config/token-unencrypted": { readonly host: string };
  /** Publishing needs a repository's full name and a token. */
  readonly "config/no-owner": { readonly path: string };
  readonly "config/no-token": { readonly hub: string };
  readonly "network/gated": AskedOf & { readonly page: string; readonly hasToken: boolean };
  readonly "network/token-refused": { readonly hub: string };
  readonly "network/no-revision": AskedOf & { readonly revision: string };
  readonly "network/file-gone": AskedOf & { readonly path: string };
  readonly "network/refused": { readonly hub: string; readonly asked: string; readonly status: number };
  readonly "network/no-repository": AskedOf & { readonly hasToken: boolean };
  readonly "network/too-many-requests": { readonly hub: string; readonly retryAfterMs: number | null };
  readonly "network/in-trouble": { readonly hub: string; readonly status: number };
  readonly "network/unreachable": { readonly hub: string };
  /** The token may not write, or the owner does not exist. */
  readonly "network/push-refused": AskedOf;
  readonly "network/push-conflict": AskedOf;
  /** `reason` is the hub's own, or "". */
  readonly "network/push-rejected": {
    readonly hub: string;
    readonly status: number;
    readonly reason: string;
  };
  readonly "network/push-busy": {
    readonly hub: string;
    readonly status: number;
    readonly retryAfterMs: number | null;
  };
  readonly "network/push-broken-off": { readonly hub: string };
  /** Whether the commit was made is unknown. */
  readonly "network/push-unknown": AskedOf & { readonly page: string };
  readonly "network/broken-off": { readonly path: string };
  readonly "network/offline": object;
  /** `fault` describes the invalid response, if known. */
  readonly "network/no-hub": AskedOf & { readonly fault: ValueFault | null };
  readonly "format/wrong-size": {
    readonly path: string;
    readonly expectedBytes: number;
    readonly found: number | "fewer" | "more";
  };
  readonly "format/wrong-checksum": { readonly path: string };
  readonly "model/several-weights": {
    readonly repository: string;
    readonly count: number;
    readonly index: string;
  };
  readonly "model/file-missing-on-hub": {
    readonly repository: string;
    readonly name: string;
    readonly isAdapter: boolean;
  };
  readonly "model/no-weights-on-hub": {
    readonly repository: string;
    /** What it contains instead: parts of a split GGUF, or a file in another format. */
    readonly instead: "gguf-parts" | { readonly path: string } | null;
  };
}

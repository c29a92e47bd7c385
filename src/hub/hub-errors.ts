import { LuthierError } from "../lib/errors";
import type { ValueFault } from "../lib/problems/value-faults";
import type { HubAddress } from "../shared/hub";
import { hubName, pageUrl } from "./address";

/** What was requested, for error messages. */
export interface RequestTarget {
  readonly address: HubAddress;
  /** File path; null for the repository itself. */
  readonly path: string | null;
  readonly hasToken: boolean;
}

const TOKEN_FIELD = { field: "hubToken" } as const;
const REPOSITORY_FIELD = { field: "hubRepository" } as const;

/** The error for a 4xx status. `code` is the hub's X-Error-Code, if readable. */
export function refusal(status: number, code: string | null, asked: RequestTarget): LuthierError {
  const { address, path, hasToken } = asked;
  const { repository, revision } = address;
  const hub = hubName(address);
  if (code === "GatedRepo" || (status === 403 && hasToken)) {
    const page = pageUrl(address);
    return new LuthierError({ code: "network/gated", repository, hub, page, hasToken }, TOKEN_FIELD);
  }
  if (status === 401 && hasToken)
    return new LuthierError({ code: "network/token-refused", hub }, TOKEN_FIELD);
  if (status === 404 && code === "RevisionNotFound") {
    return new LuthierError({ code: "network/no-revision", repository, hub, revision }, REPOSITORY_FIELD);
  }
  if (status === 404 && path !== null) {
    return new LuthierError({ code: "network/file-gone", repository, hub, path });
  }
  if (status === 401 || status === 403 || status === 404) {
    // The hub does not distinguish missing from private repositories.
    return new LuthierError({ code: "network/no-repository", repository, hub, hasToken }, REPOSITORY_FIELD);
  }
  return new LuthierError({ code: "network/refused", hub, asked: path ?? repository, status });
}

/** The error for rate limiting and server errors. */
export function busy(status: number, retryAfterMs: number | null, { address }: RequestTarget): LuthierError {
  const hub = hubName(address);
  if (status === 429) return new LuthierError({ code: "network/too-many-requests", hub, retryAfterMs });
  return new LuthierError({ code: "network/in-trouble", hub, status });
}

/** The error for a request without a response; browsers hide the reason. */
export function unreachable({ address }: RequestTarget, cause: unknown): LuthierError {
  if (isOffline()) return new LuthierError({ code: "network/offline" }, { cause });
  return new LuthierError({ code: "network/unreachable", hub: hubName(address) }, { cause });
}

/** The error for a connection lost during a transfer. */
export function connectionLost(path: string, cause?: unknown): LuthierError {
  if (isOffline()) return new LuthierError({ code: "network/offline" }, { cause });
  return new LuthierError({ code: "network/broken-off", path }, { cause });
}

/** The error for a file whose length differs from the repository's. */
export function wrongSize(
  path: string,
  expectedBytes: number,
  found: number | "fewer" | "more",
): LuthierError {
  return new LuthierError({ code: "format/wrong-size", path, expectedBytes, found });
}

/** The error for content that differs from the repository's. */
export function wrongChecksum(path: string): LuthierError {
  return new LuthierError({ code: "format/wrong-checksum", path });
}

/**
 * The error for a response that is not a hub's.
 * @param details.fault what is wrong with it, if known
 */
export function notAHub(
  address: HubAddress,
  { fault, cause }: { readonly fault?: ValueFault; readonly cause?: unknown } = {},
): LuthierError {
  const { repository } = address;
  const problem = {
    code: "network/no-hub",
    hub: hubName(address),
    repository,
    fault: fault ?? null,
  } as const;
  return new LuthierError(problem, { cause, field: "hubEndpoint" });
}

function isOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

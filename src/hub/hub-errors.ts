import { LuthierError } from "../lib/errors";
import type { HubAddress } from "../spec/hub";
import { hubName, pageUrl } from "./address";

/** What was asked for when a server refused: decides the words. */
export interface Asked {
  readonly address: HubAddress;
  /** A file of the repository; null while it is the repository itself. */
  readonly path: string | null;
  readonly hasToken: boolean;
}

/** The sentence for a status that means no. `code` is the hub's own X-Error-Code, where it is readable. */
export function refusal(status: number, code: string | null, asked: Asked): LuthierError {
  const { address, path, hasToken } = asked;
  const { repository, revision } = address;
  const hub = hubName(address);
  if (code === "GatedRepo" || (status === 403 && hasToken)) {
    return new LuthierError(
      "network",
      `${repository} is open only to those who accepted its owners' terms on ${hub}.`,
      hasToken
        ? `Accept them at ${pageUrl(address)} with the account of this access token, and let the token read gated repositories.`
        : `Accept them at ${pageUrl(address)}, make an access token there, and enter it as Access token.`,
      { field: "Access token" },
    );
  }
  if (status === 401 && hasToken) {
    return new LuthierError(
      "network",
      `${hub} refused the access token.`,
      "Check that it was copied whole, has not expired and may read this repository.",
      { field: "Access token" },
    );
  }
  if (status === 404 && code === "RevisionNotFound") {
    return new LuthierError(
      "network",
      `${repository} on ${hub} has no branch, tag or commit ${revision}.`,
      "Leave out what comes after the @ to use main.",
      { field: "Repository" },
    );
  }
  if (status === 404 && path !== null) {
    return new LuthierError(
      "network",
      `${repository} on ${hub} no longer has the file ${path}.`,
      "Discard this download and begin again.",
    );
  }
  if (status === 401 || status === 403 || status === 404) return notFound(asked);
  return new LuthierError(
    "network",
    `${hub} would not give ${path ?? repository}: it answered with status ${status}.`,
    "Check the repository's page in the browser, or try another hub endpoint.",
  );
}

/** The hub answers the same for what is missing and for what is private. */
function notFound({ address, hasToken }: Asked): LuthierError {
  return new LuthierError(
    "network",
    `There is no public model ${address.repository} on ${hubName(address)}.`,
    hasToken
      ? "Check the name; if it is private, the access token must be of an account that may read it."
      : "Check the name; if it is private, enter an access token of an account that may read it.",
    { field: "Repository" },
  );
}

/** The sentence for a server that asks for patience, or is in trouble itself. */
export function busy(status: number, retryAfterMs: number | null, { address }: Asked): LuthierError {
  const hub = hubName(address);
  if (status === 429) {
    const when =
      retryAfterMs === null
        ? "in a few minutes"
        : `in about ${Math.max(1, Math.ceil(retryAfterMs / 60_000))} min`;
    return new LuthierError(
      "network",
      `${hub} has had too many requests from here.`,
      `Continue ${when}; what has arrived is kept. With an access token the hub allows more.`,
    );
  }
  return new LuthierError(
    "network",
    `${hub} is in trouble: it answered with status ${status}.`,
    "Continue in a few minutes; what has arrived is kept.",
  );
}

/** The sentence for a request that got no answer at all. Browsers do not tell pages why. */
export function unreachable({ address }: Asked, cause: unknown): LuthierError {
  if (typeof navigator !== "undefined" && navigator.onLine === false) return offline(cause);
  return new LuthierError(
    "network",
    `${hubName(address)} could not be reached.`,
    "Check the connection and the hub endpoint. A blocker or a company network may stand between, and a mirror must allow other web pages to read from it (CORS).",
    { cause },
  );
}

/** The sentence for a connection that ended in the middle of a file. */
export function brokenOff(path: string, cause?: unknown): LuthierError {
  if (typeof navigator !== "undefined" && navigator.onLine === false) return offline(cause);
  return new LuthierError(
    "network",
    `The connection broke off again and again in the middle of ${path}.`,
    "Continue when the connection is better; what has arrived is kept.",
    { cause },
  );
}

/** The sentence for a file that is not as long as the repository says. */
export function wrongSize(path: string, expected: number, found: string): LuthierError {
  return new LuthierError(
    "format",
    `${path} should have ${expected} bytes, but the server sent ${found}.`,
    "The server or mirror does not hold this file whole: try another hub endpoint.",
  );
}

/** The sentence for bytes that are not those of the repository. */
export function wrongChecksum(path: string): LuthierError {
  return new LuthierError(
    "format",
    `${path} arrived damaged twice: its checksum is not the one that the repository states.`,
    "Try again later, or another hub endpoint; the damaged file is not kept.",
  );
}

/**
 * The sentence for an answer that a hub would not give.
 * @param details.fault what is wrong with it, where that is known: "has no sha"
 */
export function notAHub(
  address: HubAddress,
  { fault, cause }: { readonly fault?: string; readonly cause?: unknown } = {},
): LuthierError {
  const hub = hubName(address);
  const inside = fault === undefined ? "" : `: what it says of ${address.repository} ${fault}`;
  return new LuthierError(
    "network",
    `${hub} does not answer like a model hub${inside}.`,
    "Check the hub endpoint; leave it empty for Hugging Face itself.",
    { cause, field: "Hub endpoint" },
  );
}

function offline(cause: unknown): LuthierError {
  return new LuthierError(
    "network",
    "This machine is offline.",
    "Continue when the connection is back; what has arrived is kept.",
    { cause },
  );
}

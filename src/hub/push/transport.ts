import { isCancelled, LuthierError } from "../../lib/errors";
import type { HubAddress } from "../../shared/hub";
import { hubName } from "../address";
import { inactivityTimeout } from "../request";
import { parseRetryAfter, type RetryOptions, Transient, withRetries } from "../retry";
import { sendUpload } from "./send-upload";

/** Access to the hub that is pushed to. */
export interface PushAccess extends Pick<RetryOptions, "signal" | "onWait" | "sleep"> {
  /** Sent to the endpoint only. */
  readonly token: string;
}

/** Bytes of a file that have been uploaded: of the whole, or of one of its parts. */
export type OnSent = (path: string, part: number, bytes: number) => void;

/** The connection was lost while the hub carried out a request that must not be repeated unseen. */
export class OutcomeUnknown extends Error {}

/** Consecutive failures before giving up. */
const TRIES = 5;

/** What `@huggingface/hub` adds to its uploads. */
interface Hinted extends RequestInit {
  readonly progressHint?: { readonly path?: string; readonly part?: number };
}

/**
 * The `fetch` that `@huggingface/hub` is given. The library never has the token: it is added here, to requests to the
 * endpoint and no others, such as uploads to the hub's storage. Transient failures are retried, except those of
 * requests whose repetition could do the same twice.
 * @throws LuthierError("network") after repeated failures, OutcomeUnknown, "cancelled"
 */
export function pushTransport(address: HubAddress, access: PushAccess, onSent: OnSent): typeof fetch {
  return (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const { signal } = access;
    return withRetries({ ...access, tries: TRIES }, async () => {
      const watch = inactivityTimeout(signal);
      try {
        return await sendOnce(url, init, address, { ...access, signal: watch.signal }, (...sent) => {
          watch.keepAlive();
          onSent(...sent);
        });
      } catch (cause) {
        if (isUnrepeatable(url) && (cause instanceof TypeError || isCancelled(cause)))
          throw new OutcomeUnknown("unanswered", { cause });
        if (cause instanceof TypeError || (isCancelled(cause) && !signal.aborted))
          throw new Transient(brokenOff(address, cause));
        throw cause;
      } finally {
        watch.close();
      }
    });
  };
}

async function sendOnce(
  url: string,
  init: Hinted,
  address: HubAddress,
  { token, signal }: PushAccess,
  onSent: OnSent,
): Promise<Response> {
  const { method = "GET", body = null, progressHint: { path, part = 0 } = {} } = init;
  const headers = new Headers(init.headers);
  headers.delete("Authorization");
  if (isOf(address, url)) headers.set("Authorization", `Bearer ${token}`);
  const response =
    body instanceof Blob && path !== undefined
      ? await sendUpload(url, { method, headers, body, signal, onSent: (bytes) => onSent(path, part, bytes) })
      : await fetch(url, { method, headers, body, signal, ...ALONE });
  const { status } = response;
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
  const busy = { code: "network/push-busy", hub: hubName(address), status, retryAfterMs } as const;
  if (status === 429) throw new Transient(new LuthierError(busy), retryAfterMs);
  if (status === 408 || status >= 500) {
    if (isUnrepeatable(url)) throw new OutcomeUnknown(String(status));
    throw new Transient(new LuthierError(busy), retryAfterMs);
  }
  // Links to the hub's storage expire.
  if (!response.ok && !isOf(address, url)) throw new Transient(brokenOff(address));
  // The body is read before the watch ends.
  const isEmpty = [204, 205, 304].includes(status);
  return new Response(isEmpty ? null : await response.blob(), { status, headers: response.headers });
}

const ALONE = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" } as const;

function isOf({ endpoint }: HubAddress, url: string): boolean {
  return url.startsWith(`${endpoint}/`);
}

/** Requests that must not be repeated unless it is known that they did nothing. */
function isUnrepeatable(url: string): boolean {
  return /\/commit\/[^/]*$/.test(url);
}

function brokenOff(address: HubAddress, cause?: unknown): LuthierError {
  return new LuthierError({ code: "network/push-broken-off", hub: hubName(address) }, { cause });
}

import { isCancelled } from "../lib/errors";
import { type RequestTarget, busy, refusal, unreachable } from "./hub-errors";
import { parseRetryAfter, Transient } from "./retry";

/** Token and lifetime of requests. */
export interface HubAccess {
  /** "" for none. Sent to the endpoint only: browsers drop it on cross-origin redirects. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Timeout without data, before and during a response. */
export const INACTIVITY_MS = 60_000;

/** A response with pending body and its inactivity timeout. */
export interface HubResponse {
  readonly response: Response;
  /** Resets the timeout; call for each piece received. */
  keepAlive(): void;
  /** Stops the timeout and aborts the transfer. */
  close(): void;
}

/**
 * Sends a request using only headers that need no CORS preflight (except Authorization, which the hub allows): the
 * hosts that serve large files reject preflights. A `Range` with a start qualifies, `If-Range` does not.
 * @param start offset of the first requested byte
 * @param end offset behind the last one; undefined for the rest of the file
 * @throws Transient for retryable failures, LuthierError("network") for refusals; status 416 is left to the caller
 */
export async function request(
  url: string,
  asked: RequestTarget,
  { token, signal }: HubAccess,
  start = 0,
  end?: number,
): Promise<HubResponse> {
  const watch = inactivityTimeout(signal);
  try {
    const response = await fetch(url, {
      headers: {
        ...(token !== "" && { Authorization: `Bearer ${token}` }),
        ...((start > 0 || end !== undefined) && {
          Range: `bytes=${start}-${end === undefined ? "" : end - 1}`,
        }),
      },
      // Files are stored separately; caching would store them twice.
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: watch.signal,
    });
    watch.keepAlive();
    checkStatus(response, asked);
    return { response, keepAlive: watch.keepAlive, close: watch.close };
  } catch (error) {
    watch.close();
    if (error instanceof TypeError || (isCancelled(error) && !signal.aborted)) {
      throw new Transient(unreachable(asked, error));
    }
    throw error;
  }
}

/** A signal that aborts with `signal`, or a minute after the last call of `keepAlive`. */
export function inactivityTimeout(signal: AbortSignal) {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  let timer = setTimeout(end, INACTIVITY_MS);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  return {
    signal: controller.signal,
    keepAlive(): void {
      clearTimeout(timer);
      timer = setTimeout(end, INACTIVITY_MS);
    },
    close(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      controller.abort();
    },
  };
}

function checkStatus(response: Response, asked: RequestTarget): void {
  const { status, headers } = response;
  if (response.ok || status === 416) return;
  if (status === 429 || status === 408 || status >= 500) {
    const retryAfterMs = parseRetryAfter(headers.get("retry-after"), Date.now());
    throw new Transient(busy(status, retryAfterMs, asked), retryAfterMs);
  }
  throw refusal(status, headers.get("x-error-code"), asked);
}

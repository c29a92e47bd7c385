import { isCancelled } from "../lib/errors";
import { type Asked, busy, refusal, unreachable } from "./hub-errors";
import { parseRetryAfter, Transient } from "./retry";

/** How requests are made: with whose token, and until when. */
export interface HubAccess {
  /** "" for none. It goes to the endpoint alone: browsers drop it when they follow a redirect to another host. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** How long a server may stay silent, before or within an answer. */
export const SILENCE_MS = 60_000;

/** An answer whose body is still to come, and a watch over it. */
export interface HubResponse {
  readonly response: Response;
  /** Begins the count of silence anew: to be called for every piece that arrives. */
  alive(): void;
  /** Ends the watch; aborts what has not arrived. */
  close(): void;
}

/**
 * One request. Only headers that need no CORS preflight are sent (Authorization apart, which the hub's own host allows):
 * the hosts that large files are redirected to answer no preflight. A `Range` that is open at its end is among them,
 * `If-Range` is not.
 * @param start asks for the bytes from here on, when it is not 0
 * @throws Transient for what may pass, LuthierError("network") for a refusal. Status 416 is the caller's to judge.
 */
export async function request(
  url: string,
  asked: Asked,
  { token, signal }: HubAccess,
  start = 0,
): Promise<HubResponse> {
  const watch = watchSilence(signal);
  try {
    const response = await fetch(url, {
      headers: {
        ...(token !== "" && { Authorization: `Bearer ${token}` }),
        ...(start > 0 && { Range: `bytes=${start}-` }),
      },
      // Weights are kept by the studio itself; the browser's cache would keep them a second time.
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: watch.signal,
    });
    watch.alive();
    checkStatus(response, asked);
    return { response, alive: watch.alive, close: watch.close };
  } catch (error) {
    watch.close();
    if (error instanceof TypeError || (isCancelled(error) && !signal.aborted)) {
      throw new Transient(unreachable(asked, error));
    }
    throw error;
  }
}

/** A signal that aborts with `signal`, or after a minute in which nobody said `alive`. */
function watchSilence(signal: AbortSignal) {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  let timer = setTimeout(end, SILENCE_MS);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  return {
    signal: controller.signal,
    alive(): void {
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
    },
    close(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      controller.abort();
    },
  };
}

function checkStatus(response: Response, asked: Asked): void {
  const { status, headers } = response;
  if (response.ok || status === 416) return;
  if (status === 429 || status === 408 || status >= 500) {
    const retryAfterMs = parseRetryAfter(headers.get("retry-after"), Date.now());
    throw new Transient(busy(status, retryAfterMs, asked), retryAfterMs);
  }
  throw refusal(status, headers.get("x-error-code"), asked);
}

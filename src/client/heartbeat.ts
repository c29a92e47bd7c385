import type { Ping, Reply } from "../protocol/wire";

/** The part of a worker's port used by the heartbeat. */
interface BeatPort {
  postMessage(message: Ping): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Reply>) => void): void;
}

/** Missed beats after which the worker counts as stalled. */
const MISSED_BEATS = 4;

/**
 * Pings the worker periodically. Counts beats rather than time, so that sleep and background throttling raise no alarm.
 *
 * @param tell called when the worker stops responding, and when it responds again
 */
export function startHeartbeat(
  port: BeatPort,
  beatMs: number,
  tell: (isStalled: boolean) => void,
): () => void {
  let missed = 0;
  let isAnswered = true;
  let isStalled = false;
  port.addEventListener("message", ({ data }) => {
    if (data.type !== "pong") return;
    isAnswered = true;
    missed = 0;
    if (isStalled) tell((isStalled = false));
  });
  const timer = setInterval(() => {
    if (isAnswered) {
      isAnswered = false;
      port.postMessage({ type: "ping" });
    } else if (++missed >= MISSED_BEATS && !isStalled) {
      tell((isStalled = true));
    }
  }, beatMs);
  return () => {
    clearInterval(timer);
  };
}

import type { Ping, Reply } from "../protocol/wire";

/** The part of a worker's port that a heartbeat needs. */
interface BeatPort {
  postMessage(message: Ping): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Reply>) => void): void;
}

/** Beats without an answer after which the worker counts as stalled. */
const MISSED_BEATS = 4;

/**
 * Asks the worker for a sign of life now and then. Beats are counted, not time, so that a machine that slept or a page in
 * the background raises no alarm.
 *
 * @param tell called when the worker stops answering, and when it does again
 */
export function watchHeart(port: BeatPort, beatMs: number, tell: (isStalled: boolean) => void): () => void {
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

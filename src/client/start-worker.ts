import { connectClient, type Client } from "./client";

/** How often the worker is asked for a sign of life. */
const BEAT_MS = 5000;

/** Starts the studio's worker and connects to it. */
export function startWorker(): Client {
  return connectClient(
    new Worker(new URL("../worker/index.ts", import.meta.url), { type: "module" }),
    BEAT_MS,
  );
}

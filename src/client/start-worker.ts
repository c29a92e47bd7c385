import { connectClient, type Client } from "./client";

/** Heartbeat interval. */
const BEAT_MS = 5000;

/** Starts the worker and connects to it. */
export function startWorker(): Client {
  return connectClient(
    new Worker(new URL("../worker/index.ts", import.meta.url), { type: "module" }),
    BEAT_MS,
  );
}

import { connectClient, type Client } from "./client";

/** Starts the studio's worker and connects to it. */
export function startWorker(): Client {
  return connectClient(new Worker(new URL("../worker/index.ts", import.meta.url), { type: "module" }));
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../../../src/client/client";
import type { Progress } from "../../../src/protocol/events";
import type { HubRequest } from "../../../src/protocol/hub-commands";
import type * as Models from "../../../src/storage/models";
import { FakeHub } from "../../support/fake-hub";
import { FakeDirectory, FakeFile } from "../storage/fake-opfs";
import { fresh } from "../storage/fresh";

/** The worker's hub commands against a fake hub, with the browser's storage in memory. */

const SPRUCE = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];
const bytes = (text: string) => new TextEncoder().encode(text);
const weights = new Uint8Array(200_000).fill(7);

let hub: FakeHub;
let root: FakeDirectory;
let worker: Client;
let models: typeof Models;
let progress: Progress[];

/** The state found by a reloaded page. */
async function reload(): Promise<void> {
  vi.resetModules();
  await import("../../support/worded");
  const { hubHandlers } = await import("../../../src/worker/handlers/hub");
  models = await import("../../../src/storage/models");
  const { JobOwner } = await import("../../../src/worker/jobs/owner");
  const { linkWorker } = await import("../../support/worker-link");
  progress = [];
  worker = linkWorker((emit) => hubHandlers(new JobOwner(emit)));
  worker.on("progress", (message) => progress.push(message.progress));
}

beforeEach(async () => {
  const read = (name: string) => readFile(join("public/models/spruce", name));
  const companions = await Promise.all(SPRUCE.map(async (name) => [name, await read(name)] as const));
  const spruce = { ...Object.fromEntries(companions), "model.safetensors": weights };
  hub = await FakeHub.start({
    "owner/spruce": { files: spruce, license: "apache-2.0" },
    "owner/gated": { files: spruce, token: "hf_right" },
    "owner/other": { files: { ...spruce, "config.json": bytes('{"model_type":"squirrel"}') } },
    "owner/quantised": { files: { "model.Q4_K_M.gguf": weights } },
    "owner/split": {
      files: {
        "Q8/m-00001-of-00003.gguf": weights,
        "Q8/m-00002-of-00003.gguf": weights.slice(1),
        "Q8/m-00003-of-00003.gguf": weights.slice(2),
      },
    },
  });
  root = new FakeDirectory();
  FakeFile.full = false;
  await fresh(() => Promise.resolve());
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
  await reload();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await hub.stop();
});

const request = (repository: string, more: Partial<HubRequest> = {}): HubRequest => ({
  repository,
  endpoint: hub.endpoint,
  token: "",
  rememberToken: false,
  ...more,
});
const download = (repository: string, choiceId = "safetensors") =>
  worker.call("downloadModel", { ...request(repository), choiceId });

describe("commands about a hub", () => {
  it("inspect a repository, and download it into the library", async () => {
    expect(await worker.call("listRepository", request("owner/spruce"))).toMatchObject({
      license: "apache-2.0",
      choices: [{ id: "safetensors", kind: "safetensors" }],
    });
    const card = await download("owner/spruce");
    expect(card).toMatchObject({
      title: "owner/spruce",
      source: "hub",
      family: "llama",
      parameters: 2_039_520,
      license: "apache-2.0",
      origin: { endpoint: hub.endpoint, repository: "owner/spruce", revision: "main", commit: hub.commit },
    });
    expect(progress.at(-1)).toMatchObject({ done: card.sizeBytes, total: card.sizeBytes, waitingMs: null });
    expect(await models.listModels()).toEqual([{ ...card, keptAt: expect.any(Number) }]);
    const files = await models.openModel(card.id);
    expect(files.map(({ name }) => name)).toEqual([...SPRUCE, "model.safetensors"]);
    expect(Buffer.compare(Buffer.from(await files.at(-1)!.blob.arrayBuffer()), weights)).toBe(0);
    expect(await worker.call("listDownloads")).toEqual([]);
  });

  it("resume after a reload, from Download or from the list", async () => {
    for (const how of ["download", "list"] as const) {
      Object.assign(hub.trouble, { refusals: 1, retryAfter: "600" });
      await expect(download("owner/spruce")).rejects.toMatchObject({ code: "network" });
      await reload();
      const [begun, ...others] = await worker.call("listDownloads");
      expect(others).toEqual([]);
      expect(begun!.doneBytes).toBeGreaterThan(0);
      hub.seen.length = 0;
      if (how === "download") await download("owner/spruce");
      else await worker.call("resumeDownload", { id: begun!.id, endpoint: hub.endpoint, token: "" });
      expect(hub.seen.some(({ path }) => path.includes("/resolve/") && path.endsWith("/config.json"))).toBe(
        false,
      );
      expect(await worker.call("listDownloads")).toEqual([]);
      const [card] = await models.listModels();
      await models.deleteModel(card!.id);
      expect(root.countFiles()).toBe(0);
    }
  });

  it("do not send a token entered for one hub to another", async () => {
    Object.assign(hub.trouble, { refusals: 1, retryAfter: "600" });
    await expect(download("owner/spruce")).rejects.toMatchObject({ code: "network" });
    const [begun] = await worker.call("listDownloads");
    hub.seen.length = 0;
    const typed = { endpoint: "https://other.example", token: "hf_secret" };
    await worker.call("resumeDownload", { id: begun!.id, ...typed });
    expect(hub.seen.length).toBeGreaterThan(0);
    expect(hub.seen.filter(({ authorization }) => authorization !== null)).toEqual([]);
    const [card] = await models.listModels();
    await models.deleteModel(card!.id);
  });

  it("run one at a time, and keep partial files when cancelled", async () => {
    hub.trouble.silent = 1;
    const controller = new AbortController();
    const going = worker
      .withSignal(controller.signal)
      .call("downloadModel", { ...request("owner/spruce"), choiceId: "safetensors" });
    await expect(worker.call("listRepository", request("owner/spruce"))).rejects.toMatchObject({
      what: "Another download is running.",
    });
    // The weights' host is silent, so the download is still running, however fast this machine is.
    await vi.waitFor(() => expect(hub.fileRequests().length).toBeGreaterThan(0), { timeout: 20_000 });
    controller.abort();
    await expect(going).rejects.toMatchObject({ code: "cancelled" });
    const [begun] = await worker.call("listDownloads");
    expect(begun!.doneBytes).toBeGreaterThan(0);
    await worker.call("discardDownload", { id: begun!.id });
    expect(root.countFiles()).toBe(0);
  });

  it("refuse an unsupported family before fetching its weights", async () => {
    await expect(download("owner/other")).rejects.toMatchObject({
      code: "model",
      what: expect.stringContaining("squirrel"),
    });
    expect(hub.fileRequests().filter(({ path }) => path.includes("safetensors"))).toEqual([]);
    expect(await worker.call("listDownloads")).toEqual([]);
    expect(root.countFiles()).toBe(0);
  });

  it("download all parts of a split GGUF file as one model", async () => {
    const { choices } = await worker.call("listRepository", request("owner/split"));
    expect(choices.map(({ id, sizeBytes }) => [id, sizeBytes])).toEqual([
      ["Q8/m-*-of-00003.gguf", 3 * weights.length - 3],
    ]);
    const card = await download("owner/split", choices[0]!.id);
    expect(card.title).toBe("owner/split (m-*-of-00003.gguf)");
    const files = await models.openModel(card.id);
    expect(files.map(({ name, blob }) => [name, blob.size])).toEqual([
      ["Q8/m-00001-of-00003.gguf", weights.length],
      ["Q8/m-00002-of-00003.gguf", weights.length - 1],
      ["Q8/m-00003-of-00003.gguf", weights.length - 2],
    ]);
  });

  it("store a GGUF file under its own name", async () => {
    const card = await download("owner/quantised", "model.Q4_K_M.gguf");
    expect(card).toMatchObject({ title: "owner/quantised (model.Q4_K_M.gguf)", parameters: 0 });
    expect((await models.openModel(card.id)).map(({ name }) => name)).toEqual(["model.Q4_K_M.gguf"]);
  });

  it("remember a token only on request, for its endpoint, and never return it", async () => {
    const { endpoint } = hub;
    const gated = (more: Partial<HubRequest>) => worker.call("listRepository", request("owner/gated", more));
    await expect(gated({ token: "hf_wrong", rememberToken: true })).rejects.toMatchObject({
      field: "hubToken",
    });
    await gated({ token: "hf_right" });
    expect(await worker.call("hasToken", { endpoint })).toBe(false);
    await gated({ token: "hf_right", rememberToken: true });
    await reload();
    expect(await worker.call("hasToken", { endpoint })).toBe(true);
    expect(await worker.call("hasToken", { endpoint: "" })).toBe(false);
    hub.seen.length = 0;
    const card = await download("owner/gated");
    expect(hub.seen.some(({ authorization }) => authorization === "Bearer hf_right")).toBe(true);
    expect(hub.fileRequests().every(({ authorization }) => authorization === null)).toBe(true);
    expect(JSON.stringify([card, progress, await models.listModels()])).not.toContain("hf_right");
    await worker.call("forgetToken", { endpoint });
    await expect(gated({})).rejects.toMatchObject({ field: "hubToken" });
  });

  it("report that nothing can be stored", async () => {
    vi.stubGlobal("navigator", {});
    await expect(download("owner/spruce")).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("cannot store downloads"),
    });
    expect(hub.seen).toEqual([]);
  });
});

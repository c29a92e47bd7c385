import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../../../src/client/client";
import { AdapterState } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import type { Gpu } from "../../../src/engine/gpu/device";
import { LuthierError } from "../../../src/lib/errors";
import type { AdapterSummary } from "../../../src/shared/adapter";
import type { Events } from "../../../src/protocol/events";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import { en } from "../../../src/ui/text/en";
import type * as Models from "../../../src/worker/handlers/models";
import { JobOwner } from "../../../src/worker/jobs/owner";
import { keepAdapter, libraryOf, readAdapter } from "../../../src/worker/kept-adapter";
import { Session } from "../../../src/worker/session";
import { createNullGpu } from "../../support/gpu";
import { linkWorker } from "../../support/worker-link";
import { fullDisk } from "../storage/fresh";

/**
 * Replacing a loaded model, as seen by page and worker: the real store over the real handlers, on a device that
 * computes nothing.
 */

const PUBLIC = "public";
const GOLDEN = "tests/golden/llama_tied";

/** The description of the device. */
const machine = {
  ...{ name: "Null", software: true, features: [] },
  ...{ maxBufferBytes: 2 ** 30, maxBindingBytes: 2 ** 27 },
};

/** Serves public/ from disk. */
async function servePublic(url: string): Promise<Response> {
  return new Response(new Uint8Array(await readFile(join(PUBLIC, new URL(url).pathname))));
}

let modelHandlers: typeof Models.modelHandlers;
beforeAll(async () => {
  vi.stubGlobal("self", { location: { href: "http://luthier.test/worker.js" } });
  ({ modelHandlers } = await import("../../../src/worker/handlers/models"));
});

let owner: JobOwner;
let session: Session;
let client: Client;
let store: StudioStore;
let gpu: Gpu;
let end: () => void;
const onLost = vi.fn();
let taken: Events["model"][];
const state = () => store.getState();

beforeEach(async () => {
  vi.stubGlobal("navigator", { gpu: createNullGpu() });
  vi.stubGlobal("fetch", servePublic);
  client = linkWorker((emit) => {
    owner = new JobOwner(emit);
    session = new Session(emit, { onLost });
    return {
      ...modelHandlers(owner, session),
      environment: () => ({ gpu: machine, gpuProblem: null, storage: null }),
      keepMerged: () => undefined,
    };
  });
  ({ gpu } = await session.gpu());
  const heard: Events["model"][] = [];
  taken = heard;
  // The previous test's device may be lost only now.
  client.on("model", (model) => heard.push(model));
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  store = createStudioStore(runtime, () => ({
    getItem: () => null,
    setItem: () => undefined,
    removeItem: () => undefined,
  }));
  end = connectStore(store, runtime);
  await state().loadModel("spruce");
  expect(state().model?.id).toBe("spruce");
  expect(taken).toHaveLength(1);
  // With a conversation.
  store.setState({ turns: [turn] });
});
afterEach(() => {
  end();
  gpu.close();
  vi.restoreAllMocks();
});

const done = {
  state: "done",
  text: "Mice.",
  ids: [],
  tokensPerSecond: 1,
  finish: "end-token",
  problem: null,
} as const;
const turn = {
  ...{ id: "1", row: null, question: "What do snakes eat?", system: "", attempt: 0, blindOrder: null },
  answers: [{ voice: null, answer: done }],
};

/** The files of another model, some with other bytes. */
async function otherFiles(change: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {}): Promise<File[]> {
  const from = { "config.json": GOLDEN, "model.safetensors": GOLDEN };
  const tokenizer = {
    "tokenizer.json": "public/models/spruce",
    "tokenizer_config.json": "public/models/spruce",
  };
  return Promise.all(
    Object.entries({ ...from, ...tokenizer }).map(async ([name, folder]) => {
      const bytes = change[name] ?? new Uint8Array(await readFile(join(folder, name)));
      return new File([bytes], name);
    }),
  );
}

/** Makes the device refuse weights beyond this total, and fail writes to the refused buffers, as a real one does. */
function limitMemory(bytes: () => number): void {
  const { allocating } = gpu;
  vi.spyOn(gpu, "allocating").mockImplementation(
    (wanted, allocate) =>
      allocating.call(gpu, wanted, async () => {
        const made = await allocate();
        if (gpu.usage.bytes <= bytes()) return made;
        gpu.device.createBuffer({ size: 16, usage: 0 });
        throw new LuthierError({ code: "out-of-memory/gpu", wanted });
      }) as never,
  );
}

/** Expects page and worker to agree on the first model, with its conversation intact. */
function expectFirstModel(): void {
  expect(session.model.summary.id).toBe("spruce");
  expect(state()).toMatchObject({ model: { id: "spruce" }, modelId: "spruce", turns: [turn] });
  expect(taken).toHaveLength(1);
  expect(gpu.usage.bytes).toBe(session.model.engine.weights.sizeBytes);
  expect(state().jobs).toEqual([]);
}

describe("another model", () => {
  it("replaces the first on both sides once it is ready", async () => {
    const seen: (string | undefined)[] = [];
    const stop = store.subscribe((now) => {
      if (seen.at(-1) !== now.model?.id) seen.push(now.model?.id);
    });
    await state().loadModelFiles(await otherFiles());
    stop();
    expect(state().modelProblem).toBeNull();
    const { id } = session.model.summary;
    expect(seen).toEqual(["spruce", id]);
    expect(state()).toMatchObject({ modelId: id, turns: [], adapters: [] });
    expect(gpu.usage.bytes).toBe(session.model.engine.weights.sizeBytes);
    expect(session.model.summary.gpuBytes).toBe(gpu.usage.bytes);
  });

  it("is refused during training, and nothing is lost", async () => {
    const controller = new AbortController();
    let endRun: (() => void) | undefined;
    const run = owner.run(
      { kind: "train", run: () => new Promise<void>((resolve) => (endRun = resolve)) },
      { id: 99, signal: controller.signal },
    );
    await state().loadModel("spruce");
    expect(state().modelProblem).toMatchObject({ problem: { code: "busy", running: "train" } });
    endRun?.();
    await run;
    await vi.waitFor(() => expect(state().jobs).toEqual([]));
    expectFirstModel();
  });

  it.each([
    ["has a broken config.json", { "config.json": new TextEncoder().encode("{") }],
    ["is of an unknown family", { "config.json": new TextEncoder().encode('{"model_type":"squirrel"}') }],
    ["has damaged weights", { "model.safetensors": new Uint8Array(100) }],
  ])("that %s leaves the first loaded", async (_, change) => {
    await state().loadModelFiles(await otherFiles(change));
    expect(state().modelProblem).not.toBeNull();
    expect(state().modelProblem?.problem.code).not.toBe("internal");
    expectFirstModel();
  });

  it("whose loading is cancelled leaves the first loaded", async () => {
    const { allocating } = gpu;
    vi.spyOn(gpu, "allocating").mockImplementation(async (what, allocate) => {
      const made = await allocating.call(gpu, what, allocate);
      state().cancelModel();
      // The message has to reach the worker.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return made as never;
    });
    await state().loadModelFiles(await otherFiles());
    expect(state().modelProblem).toBeNull();
    expectFirstModel();
  });

  it("that does not fit beside the first replaces it before loading", async () => {
    const first = session.model.engine.weights.sizeBytes;
    limitMemory(() => first);
    await state().loadModelFiles(await otherFiles());
    expect(state().modelProblem).toBeNull();
    expect(taken).toHaveLength(2);
    expect(state().model?.id).toBe(session.model.summary.id);
    expect(state().model?.id).not.toBe("spruce");
    expect(gpu.usage.bytes).toBe(session.model.engine.weights.sizeBytes);
  });

  it("that does not fit at all is replaced by the first again, with its unsaved adapter", async () => {
    const before = session.model.engine.weights.sizeBytes;
    const adapter = methods.lora.bind({ r: 2 }, session.model.engine.spec);
    const lora = new AdapterState(gpu, adapter);
    const named = { id: "unsaved", name: "Unsaved", savedAt: 1 };
    const summary = { ...named, method: { id: "lora", options: { r: 2 } } } as unknown as AdapterSummary;
    const makeRoom = fullDisk();
    session.holdAdapter({ summary, state: lora, run: null });
    await keepAdapter(session, { summary, state: lora, run: null });
    makeRoom();
    let uploads = 0;
    // Room for the original model, but not for the other, neither beside it nor alone.
    limitMemory(() => (++uploads > 2 ? before : 0));
    await state().loadModelFiles(await otherFiles());
    expect(uploads).toBe(3);
    expect(state().modelProblem?.problem).toMatchObject({ code: "out-of-memory/gpu" });
    expect((await libraryOf(session)).map(({ id }) => id)).toEqual(["unsaved"]);
    expect((await readAdapter(session, "unsaved")).values.size).toBe(adapter.parameters.length);
    expect(session.model.engine.weights.sizeBytes).toBe(before);
    expectFirstModel();
  });

  it("loads even if no database opens, and the page is told", async () => {
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    session.setModel(null);
    await state().loadModel("spruce");
    expect(state()).toMatchObject({ model: { id: "spruce" }, modelProblem: null });
    expect(state().models.map(({ id }) => id)).toContain("spruce");
    expect(state().fault?.problem).toMatchObject({ code: "storage/refused" });
    // Nor does it take the GPU away from the next visit.
    const { gpu: next } = await new Session(() => undefined).gpu();
    next.close();
  });

  it("with a NaN is refused, naming the tensor", async () => {
    const weights = new Uint8Array(await readFile(join(GOLDEN, "model.safetensors")));
    weights.set([0, 0, 0xc0, 0x7f], weights.length - 4);
    await state().loadModelFiles(await otherFiles({ "model.safetensors": weights }));
    expect(state().modelProblem?.problem).toMatchObject({
      code: "model/not-finite",
      tensor: expect.stringMatching(/^model\..+\.weight$/),
    });
    expectFirstModel();
  });

  it("leaves no model if both it and the first fail to load, and reports it", async () => {
    limitMemory(() => 0);
    await state().loadModelFiles(await otherFiles());
    expect(session.hasModel).toBe(false);
    expect(state()).toMatchObject({ model: null, modelId: "spruce", jobs: [] });
    expect(state().modelProblem).toEqual({ problem: { code: "work/no-model-left", title: "Spruce" } });
    expect(gpu.usage.bytes).toBe(0);
  });

  it("is gone when the GPU is lost, and the page reloads it", async () => {
    onLost.mockClear();
    gpu.device.destroy();
    await vi.waitFor(() => expect(state().recovery).toBe("under-way"));
    expect(onLost).toHaveBeenCalledTimes(1);
    expect(state()).toMatchObject({ model: null, modelId: "spruce", turns: [turn] });
    await vi.waitFor(() => expect(state().recovery).toBe("done"), 5000);
    expect(state()).toMatchObject({ fault: null, model: { id: "spruce" }, turns: [turn] });
    expect(session.hasModel).toBe(true);
  });

  it("can be reloaded in four bits, and stays unchanged if that fails", async () => {
    limitMemory(() => 0);
    const { precision } = session.model.summary;
    vi.spyOn(session, "gpu").mockRejectedValueOnce(new LuthierError({ code: "gpu/no-adapter" }));
    await state().setQuantization({ type: "nf4", blockSize: 64, doubleQuantization: true });
    expect(state()).toMatchObject({ quantization: null, model: { precision } });
    expectFirstModel();
  });
});

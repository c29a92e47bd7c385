import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClient } from "../../support/fake-client/client";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import { jobOf } from "../../../src/ui/store/jobs";
import { en } from "../../../src/ui/text/en";

const kept = new Map<string, string>();
const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
  removeItem: (name: string) => void kept.delete(name),
};
let store: StudioStore;
let end: () => void;
const state = () => store.getState();

beforeEach(async () => {
  kept.clear();
  const runtime = {
    client: new FakeClient({ paceMs: 0 }),
    series: new RunSeries(),
    log: new RunLog(),
    text: en,
  };
  store = createStudioStore(runtime, () => storage);
  end = connectStore(store, runtime);
  await state().start();
});
afterEach(() => {
  end();
});

describe("models from a hub", () => {
  it("are downloaded, stored in the library and loaded", async () => {
    expect(state().recommended.length).toBeGreaterThan(0);
    state().editHub({ hubRepository: "owner/model" });
    const shares: number[] = [];
    const stop = store.subscribe((now) => {
      const progress = jobOf(now, "download")?.progress;
      if (progress) shares.push(progress.progress.done);
    });
    await state().download();
    stop();
    expect(shares.at(-1)).toBeGreaterThan(shares[0]!);
    expect(state()).toMatchObject({
      jobs: [],
      hubProblem: null,
      hubListing: null,
    });
    expect(state().model).toMatchObject({ title: "owner/model", source: "hub" });
    expect(state().models.some(({ title }) => title === "owner/model")).toBe(true);
  });

  it("with several forms are downloaded once one is chosen", async () => {
    state().editHub({ hubRepository: "owner/model-GGUF" });
    await state().download();
    expect(state().hubListing?.choices).toHaveLength(2);
    expect(state().model?.title).not.toBe("owner/model-GGUF");
    state().chooseWeights("model.Q8_0.gguf");
    await state().download();
    expect(state().model?.title).toBe("owner/model-GGUF");
    // Another name triggers a new look-up.
    state().editHub({ hubRepository: "owner/other-GGUF" });
    await state().download();
    state().editHub({ hubRepository: "owner/model" });
    expect(state()).toMatchObject({ hubListing: null, hubChoice: null });
  });

  it("resume after a lost connection, or are discarded", async () => {
    for (const answer of ["resume", "discard"] as const) {
      state().editHub({ hubRepository: `owner/lost-${answer}` });
      await state().download();
      expect(state().hubProblem?.problem).toMatchObject({ code: expect.stringMatching(/^network\//) });
      const [begun] = state().downloads;
      expect(begun!.doneBytes).toBeGreaterThan(0);
      if (answer === "resume") await state().resumeDownload(begun!.id);
      else await state().discardDownload(begun!.id);
      expect(state().downloads).toEqual([]);
      expect(state().models.some(({ title }) => title === "owner/lost-resume")).toBe(true);
    }
    expect(state().models.some(({ title }) => title === "owner/lost-discard")).toBe(false);
  });

  it("are cancelled without an error", async () => {
    state().editHub({ hubRepository: "owner/model" });
    const downloading = state().download();
    await new Promise<void>((resolve) => {
      const stop = store.subscribe((now) => {
        if (!jobOf(now, "download")?.progress) return;
        stop();
        resolve();
      });
    });
    state().cancelDownload();
    await downloading;
    expect(state()).toMatchObject({ jobs: [], hubProblem: null });
    expect(state().downloads).toHaveLength(1);
  });

  it("that are gated ask for a token, which the page never saves", async () => {
    state().editHub({ hubRepository: "owner/gated", hubEndpoint: "https://mirror.example" });
    await state().download();
    expect(state().hubProblem?.field).toBe("hubToken");
    state().editHub({ hubToken: "hf_right", hubRemember: true });
    await state().download();
    expect(state().hubProblem).toBeNull();
    expect(state().tokenKept).toBe(true);
    expect([...kept.values()].join()).toContain("https://mirror.example");
    expect([...kept.values()].join()).not.toContain("hf_right");
    await state().forgetToken();
    expect(state()).toMatchObject({ tokenKept: false, hubToken: "" });
  });

  it("are deleted, in use or not", async () => {
    state().editHub({ hubRepository: "owner/model" });
    await state().download();
    const { id } = state().model!;
    await state().deleteModel(id);
    expect(state()).toMatchObject({ model: null, modelId: null, modelProblem: null });
    expect(state().models.some((card) => card.id === id)).toBe(false);
  });
});

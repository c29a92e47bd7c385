import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { announcement } from "../../../src/ui/features/shell/run-announcer";
import { takeFiles } from "../../../src/ui/features/shell/launched-files";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import type { StudioState } from "../../../src/ui/store/state";
import { en } from "../../../src/ui/text/en";
import { FakeClient } from "../../support/fake-client/client";

/** What the page says and does without being asked. */

let client: FakeClient;
let store: StudioStore;
let end: () => void;
const state = (): StudioState => store.getState();

beforeEach(async () => {
  client = new FakeClient({ paceMs: 0, interrupted: true });
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  const nothing = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  store = createStudioStore(runtime, () => nothing);
  end = connectStore(store, runtime);
  await state().start();
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a run", () => {
  it("is announced at its start, each tenth and its end", async () => {
    const said: string[] = [];
    store.subscribe((now, before) => {
      const sentence = announcement(now, before, en);
      if (sentence !== null) said.push(sentence);
    });
    state().editTraining("maxSteps", 60);
    await state().train();
    expect(said[0]).toBe("Training has begun: 60 steps.");
    expect(said.at(-1)).toMatch(/^Done\. Step 60 of 60/);
    const tenths = said.slice(1, -1);
    expect(tenths.length).toBeGreaterThanOrEqual(8);
    expect(tenths.filter((sentence) => !/^\d+ %, loss [\d.]+$/.test(sentence))).toEqual([]);
  });
});

describe("files opened from the desktop", () => {
  it("land in their steps", async () => {
    vi.stubGlobal("location", { hash: "" });
    const taken: string[] = [];
    const take = (step: string) => (files: readonly File[]) => {
      taken.push(`${step}: ${files.map(({ name }) => name).join(", ")}`);
      return Promise.resolve();
    };
    store.setState({
      importFiles: take("rows"),
      loadModelFiles: take("model"),
      importAdapter: take("adapter"),
    });
    const files = ["a.jsonl", "b.JSONL", "tiny.GGUF", "adapter.zip"].map((name) => new File([], name));
    takeFiles(store, files);
    expect(taken).toEqual(["model: tiny.GGUF", "adapter: adapter.zip", "rows: a.jsonl, b.JSONL"]);
    expect(state().openSteps).toEqual(["data"]);
    expect(location.hash).toBe("data");
    takeFiles(store, []);
    expect(taken).toHaveLength(3);
  });
});

describe("a change", () => {
  it("can be undone until another is made", () => {
    state().editTraining("seed", 5);
    state().choosePreset("quick");
    expect(state()).toMatchObject({ preset: "quick", trainingEdits: {} });
    expect(state().undoable).toMatchObject({ kind: "preset-chosen", count: 1 });
    state().undo();
    expect(state()).toMatchObject({ preset: "balanced", trainingEdits: { seed: 5 }, undoable: null });
    state().editMethod("r", 4);
    state().resetMethod();
    state().undo();
    expect(state().methodEdits.lora).toEqual({ r: 4 });
  });

  it("discards an interrupted run only once it can no longer be undone", async () => {
    state().setInterrupted(await client.call("interruptedRuns"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const call = vi.spyOn(client, "call");
    const discarded = () => call.mock.calls.filter(([command]) => command === "discardRun").length;
    const [run] = state().interrupted;
    state().discardRun(run!.id);
    expect(state().interrupted).toEqual([]);
    state().undo();
    expect(state().interrupted).toEqual([run]);
    vi.advanceTimersByTime(60_000);
    expect(discarded()).toBe(0);
    state().discardRun(run!.id);
    vi.advanceTimersByTime(60_000);
    expect(discarded()).toBe(1);
    expect(state()).toMatchObject({ interrupted: [], undoable: null });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeClient } from "../../support/fake-client/client";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import type { StudioState } from "../../../src/ui/store/state";
import { en } from "../../../src/ui/text/en";

/** What happens to a run, an answer and an adapter when the GPU or the disk fails. */

let client: FakeClient;
let store: StudioStore;
let end: () => void;
const state = (): StudioState => store.getState();

beforeEach(async () => {
  client = new FakeClient({ paceMs: 5 });
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  store = createStudioStore(runtime, () => ({
    getItem: () => null,
    setItem: () => undefined,
    removeItem: () => undefined,
  }));
  end = connectStore(store, runtime);
  await state().start();
});
afterEach(() => {
  end();
  vi.restoreAllMocks();
});

/** Resolves once the condition holds. */
function when(wanted: (now: StudioState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (now: StudioState): boolean => wanted(now) && (stop(), resolve(), true);
    const stop = store.subscribe(look);
    look(state());
  });
}

describe("a lost GPU", () => {
  it("interrupts a run at its last checkpoint, from which it resumes by itself", async () => {
    const resumed = vi.spyOn(client, "withSignal");
    state().editTraining("maxSteps", 12);
    const training = state().train();
    await when(({ run }) => run.step >= 4);
    client.loseGpu();
    await when(({ recovery }) => recovery === "under-way");
    await training;
    expect(state()).toMatchObject({ runStatus: "done", trainProblem: null, fault: null, recovery: "done" });
    expect(state().run).toMatchObject({ step: 12, totalSteps: 12 });
    expect(state().adapters).toHaveLength(1);
    expect(resumed).toHaveBeenCalled();
    state().dismissRecovery();
    expect(state().recovery).toBeNull();
  });

  it("before the first checkpoint restarts the run in the same record", async () => {
    state().editTraining("maxSteps", 12);
    const training = state().train();
    await when(({ run }) => run.step >= 2);
    const lost = state().runId;
    client.loseGpu(false);
    await training;
    expect(state()).toMatchObject({ runStatus: "done", trainProblem: null });
    expect(client.begunAgain).toEqual([null, lost]);
  });

  it("during an answer repeats the question once, and keeps the conversation", async () => {
    await state().send("One?");
    const asking = state().send("Two?");
    await when(({ turns }) => (turns[1]?.answers[0]?.answer.text ?? "") !== "");
    client.loseGpu();
    await asking;
    expect(state().turns.map(({ question, answers }) => [question, answers[0]?.answer.state])).toEqual([
      ["One?", "done"],
      ["Two?", "done"],
    ]);
    expect(state().turns[1]?.answers[0]?.answer.text).toContain("Two?");
    const again = state().send("Three?");
    await when(({ turns }) => (turns[2]?.answers[0]?.answer.text ?? "") !== "");
    client.loseGpu();
    await when(({ turns }) => turns.length === 3 && (turns[2]?.answers[0]?.answer.text ?? "") === "");
    await when(({ turns }) => (turns[2]?.answers[0]?.answer.text ?? "") !== "");
    client.loseGpu();
    await again;
    expect(state().turns[2]?.answers[0]?.answer).toMatchObject({
      state: "failed",
      problem: { problem: { code: "device-lost/gpu" } },
    });
  });

  it("that keeps failing is left to the user, with settings intact", async () => {
    for (let loss = 0; loss < 3; loss++) {
      client.loseGpu();
      await when(({ recovery }) => recovery === "under-way");
      await when(({ recovery }) => recovery === "done");
      state().dismissRecovery();
    }
    client.loseGpu();
    await when(({ fault }) => fault !== null);
    expect(state().fault?.problem).toEqual({ code: "device-lost/again", times: 4 });
    expect(state()).toMatchObject({ model: null, modelId: "tiny", recovery: "failed" });
  });

  it("does not restore a model over one that the user loads meanwhile", async () => {
    client.loseGpu();
    await when(({ recovery }) => recovery === "under-way");
    await state().loadModelFiles([new File(["{}"], "config.json")]);
    const chosen = state().modelId;
    await when(({ recovery }) => recovery !== "under-way");
    expect(chosen).not.toBe("tiny");
    expect(state().model?.id).toBe(chosen);
    expect(state().fault).toBeNull();
  });
});

describe("a full disk at the end of a run", () => {
  it("keeps the adapter loaded and unsaved until saving succeeds", async () => {
    client.isFull = true;
    state().editTraining("maxSteps", 2);
    await state().train();
    const [adapter] = state().adapters;
    expect(state()).toMatchObject({ runStatus: "done", trainProblem: null, adapterId: adapter?.id });
    expect(state().unsaved).toMatchObject([{ id: adapter?.id, problem: { code: "storage/full" } }]);
    await state().saveAdapter(adapter!.id);
    expect(state().exportProblem?.problem).toMatchObject({ code: "storage/full" });
    expect(state().unsaved).toHaveLength(1);
    client.isFull = false;
    await state().saveAdapter(adapter!.id);
    expect(state()).toMatchObject({ unsaved: [], exportProblem: null });
  });
});

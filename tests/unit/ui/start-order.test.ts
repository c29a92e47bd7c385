import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClient } from "../../support/fake-client/client";
import { fakeCards } from "../../support/fake-client/data";
import { beginOpening, endOpening } from "../../../src/ui/lib/opening-mark";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import { isRunning } from "../../../src/ui/store/jobs";
import type { StudioState } from "../../../src/ui/store/state";
import { en } from "../../../src/ui/text/en";

/** User actions in the first moments, before and while the page's automatic loads are in progress. */

let client: FakeClient;
let store: StudioStore;
let end: () => void;
let kept: Map<string, string>;
const state = (): StudioState => store.getState();

function open(isStuck = false): void {
  client = new FakeClient({ paceMs: 2 });
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  store = createStudioStore(
    runtime,
    () => ({
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    }),
    isStuck,
  );
  end = connectStore(store, runtime);
}
beforeEach(() => {
  kept = new Map();
  open();
});
afterEach(() => end());

/** Resolves once the condition holds. */
function when(wanted: (now: StudioState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (now: StudioState): boolean => wanted(now) && (stop(), resolve(), true);
    const stop = store.subscribe(look);
    look(state());
  });
}

/**
 * Moments during start-up, named by the condition that has just become true; "at once" is before the worker's first
 * reply.
 */
const instants: readonly (readonly [string, (now: StudioState) => boolean])[] = [
  ["at once", () => true],
  ["when the datasets are listed", (now) => now.dataLoaded],
  ["when the models are listed", (now) => now.modelsLoaded],
  ["while the sample is imported", (now) => isRunning(now, "import-dataset")],
  ["while the built-in model loads", (now) => isRunning(now, "load-model")],
  ["when the sample is there", (now) => now.datasets.length > 0],
  ["when the built-in model is there", (now) => now.model !== null],
];

const rows = JSON.stringify([{ instruction: "a", input: "", output: "b" }]);
const myFile = new File([rows], "mine.json");
const myModel = [new File(["{}"], "config.json")];

describe.each(instants)("what the user does %s stays", (_name, instant) => {
  /** Starts the page and acts at the given moment; resolves when everything has settled. */
  async function startAnd(act: () => Promise<void> | void): Promise<void> {
    const starting = state().start();
    await when(instant);
    await act();
    await starting;
    await when(({ jobs }) => jobs.length === 0);
  }

  it("a file", async () => {
    await startAnd(() => state().importFiles([myFile], "mine.json"));
    const mine = state().datasets.find(({ name }) => name === "mine.json");
    expect(mine, "the file is listed").toBeDefined();
    expect(state().datasetId).toBe(mine?.id);
    expect(state().dataProblem).toBeNull();
  });

  it("a sample that is not the first", async () => {
    await startAnd(() => state().importSample("courtier-zh"));
    expect(state().sampleOf[state().datasetId ?? ""]).toBe("courtier-zh");
  });

  it("a model's files", async () => {
    await startAnd(() => state().loadModelFiles(myModel));
    expect(state().model).not.toBeNull();
    expect(state().model?.id).toBe(fakeCards[1]?.id);
    expect(state()).toMatchObject({ modelId: state().model?.id, modelProblem: null });
  });

  it("a quantisation", async () => {
    const nf4 = { type: "nf4", blockSize: 64, doubleQuantization: true } as const;
    await startAnd(() => state().setQuantization(nf4));
    expect(state().quantization).toEqual(nf4);
    expect(state().model?.precision).toContain("nf4_double");
  });

  it("a method", async () => {
    await startAnd(() => {
      state().chooseMethod("prompt-tuning");
      state().editMethod("num_virtual_tokens", 7);
    });
    expect(state()).toMatchObject({ methodId: "prompt-tuning" });
    expect(state().methodEdits["prompt-tuning"]).toEqual({ num_virtual_tokens: 7 });
  });

  it("an adapter", async () => {
    await startAnd(() => state().importAdapter([new File([""], "mine.zip")]));
    expect(state().adapters.map(({ name }) => name)).toEqual(["mine"]);
    expect(state().adapterId).toBe(state().adapters[0]?.id);
    expect(state().exportProblem).toBeNull();
  });

  it("a downloaded model", async () => {
    await startAnd(async () => {
      state().editHub({ hubRepository: "owner/model" });
      await state().download();
    });
    expect(state().model?.title).toBe("owner/model");
  });
});

describe("when the user's action fails", () => {
  it("a broken file shows its problem, and the sample loads", async () => {
    const starting = state().start();
    await state().importFiles([new File(["{"], "broken.txt")], "broken.txt");
    await starting;
    expect(state().datasets).toHaveLength(1);
    expect(state().datasetId).toBe(state().datasets[0]?.id);
  });

  it("a broken model falls back to the built-in one", async () => {
    const starting = state().start();
    await when((now) => isRunning(now, "load-model"));
    await state().loadModelFiles([new File(["x"], "other.bin")]);
    await starting;
    expect(state().model?.source).toBe("built-in");
  });

  it("does not restart a cancelled load of the built-in model", async () => {
    const starting = state().start();
    await when((now) => isRunning(now, "load-model"));
    state().cancelModel();
    await starting;
    expect(state().model).toBeNull();
  });
});

it("starts a later visit with the last choice", async () => {
  await state().start();
  await state().loadModelFiles(myModel);
  const { modelId } = state();
  end();
  open();
  await state().start();
  expect(state().model?.id).toBe(modelId);
});

describe("a start after one that hung", () => {
  it("does not reload the model that hung the worker until asked to", async () => {
    await state().start();
    const { modelId } = state();
    void state().loadModel(modelId ?? "");
    await when((now) => isRunning(now, "load-model"));
    state().recordStall(true);
    end();
    open();
    await state().start();
    expect(state()).toMatchObject({ model: null, modelId, hungModel: modelId, stalled: false });
    await state().loadModel(modelId ?? "");
    expect(state()).toMatchObject({ model: { id: modelId }, hungModel: null });
    end();
    open();
    await state().start();
    expect(state().model?.id).toBe(modelId);
  });

  it("does not reload it if the worker hung on the page's own requests either", async () => {
    await state().start();
    state().recordStall(true);
    expect(state().hungModel).toBe(state().modelId);
  });

  it("reloads it if the worker recovered, or hung on something else", async () => {
    await state().start();
    const importing = state().importFiles([new File([rows], "rows.json")], "rows.json");
    await when((now) => isRunning(now, "import-dataset"));
    state().recordStall(true);
    expect(state().hungModel).toBeNull();
    state().recordStall(false);
    await importing;
    void state().loadModel(state().modelId ?? "");
    await when((now) => isRunning(now, "load-model"));
    state().recordStall(true);
    state().recordStall(false);
    expect(state()).toMatchObject({ hungModel: null, stalled: false });
  });

  it("sets form entries aside, and restores them on request", () => {
    state().editMethod("target_modules", "(a+)+$");
    state().editTraining("maxSteps", 7);
    const { methodEdits, trainingEdits } = state();
    end();
    open(true);
    expect(state()).toMatchObject({ methodEdits: {}, trainingEdits: {} });
    state().restoreSettings();
    expect(state()).toMatchObject({ methodEdits, trainingEdits, setAside: null });
    end();
    kept.clear();
    open(true);
    expect(state().setAside).toBeNull();
  });

  it("is recognised by an unfinished start, unless another tab is just starting", () => {
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
    expect(beginOpening(storage, 0)).toBe(false);
    expect(beginOpening(storage, 2000)).toBe(false);
    expect(beginOpening(storage, 20_000)).toBe(true);
    endOpening(storage);
    expect(beginOpening(storage, 60_000)).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore, type StudioStore } from "../../../src/ui/store/create-store";
import { isExcluded, isRunning, isTraining, jobOf } from "../../../src/ui/store/jobs";
import { selectRunConfig, selectTrainBlock } from "../../../src/ui/store/selectors";
import { adapterVoice } from "../../../src/ui/store/voices";
import { en } from "../../../src/ui/text/en";
import { FakeClient } from "../../support/fake-client/client";

/** The page's side of jobs: what it shows and locks follows the worker. */

let client: FakeClient;
let store: StudioStore;
let end: () => void;
const state = () => store.getState();

beforeEach(async () => {
  client = new FakeClient({ paceMs: 2 });
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  store = createStudioStore(runtime, () => ({
    getItem: () => null,
    setItem: () => undefined,
    removeItem: () => undefined,
  }));
  end = connectStore(store, runtime);
  await state().start();
  await state().send("What is a cat?");
});
afterEach(() => {
  end();
});

/** Resolves once the condition holds. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isSo()) {
      resolve();
      return;
    }
    const stop = store.subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
  });
}

/** What the page shows of the loaded model and its conversation. */
const shown = () => {
  const { model, modelId, turns, adapters, voices } = state();
  return { model, modelId, turns, adapters, voices };
};

describe("a model that is chosen", () => {
  it("is refused during training, and the current one stays", async () => {
    const before = shown();
    expect(before.turns).toHaveLength(1);
    const training = state().train();
    await until(() => isTraining(state()));
    await state().loadModel("kept");
    expect(state().modelProblem).toMatchObject({ problem: { code: "busy", running: "train" } });
    expect(shown()).toEqual(before);
    expect(isTraining(state())).toBe(true);
    state().stop();
    await training;
  });

  it("leaves the current one in place if it cannot be read", async () => {
    const before = shown();
    await state().loadModelFiles([new File(["?"], "weights.bin")]);
    expect(state().modelProblem?.problem).toMatchObject({ code: expect.stringMatching(/^model\//) });
    expect(shown()).toEqual(before);
    expect(selectTrainBlock(state())).toBeNull();
  });

  it("leaves the current one in place if its loading is cancelled", async () => {
    const before = shown();
    const loading = state().loadModel("kept");
    await until(() => jobOf(state(), "load-model")?.progress != null);
    expect(jobOf(state(), "load-model")?.subject).toBe("kept");
    expect(shown()).toEqual(before);
    expect(selectTrainBlock(state())).toBe("model-loading");
    state().cancelModel();
    await loading;
    expect(state().modelProblem).toBeNull();
    expect(shown()).toEqual(before);
  });

  it("is shown once the worker has taken it", async () => {
    const before = shown();
    const loading = state().loadModel("kept");
    await until(() => state().model?.id === "kept");
    expect(isRunning(state(), "load-model"), "taken before the job ends").toBe(true);
    expect(shown()).toMatchObject({ modelId: "kept", turns: [], adapters: [] });
    expect(before.model?.id).toBe("tiny");
    await loading;
  });
});

describe("work under way", () => {
  it("locks models, answers and training while the speed is measured", async () => {
    const config = selectRunConfig(state())!;
    const measuring = client.call("measureTraining", config);
    await until(() => isRunning(state(), "measure"));
    for (const kind of ["load-model", "delete-model", "train", "answer"] as const)
      expect(isExcluded(state(), kind), kind).toBe(true);
    expect(isExcluded(state(), "download")).toBe(false);
    expect(selectTrainBlock(state())).toBe("measuring");
    await state().train();
    expect(state().runStatus, "a run that did not begin").toBe("idle");
    await measuring;
    expect(isExcluded(state(), "load-model")).toBe(false);
    expect(selectTrainBlock(state())).toBeNull();
  });

  it("locks from the click on, and counts once when the worker reports it", async () => {
    const loading = state().loadModel("kept");
    // In the same turn, before the worker has received it.
    expect(jobOf(state(), "load-model")?.subject).toBe("kept");
    expect(isExcluded(state(), "answer")).toBe(true);
    expect(selectTrainBlock(state())).toBe("model-loading");
    expect(state().model?.id).toBe("tiny");
    await until(() => state().jobs.some(({ id }) => id > 0));
    expect(state().jobs.map(({ kind }) => kind)).toEqual(["load-model"]);
    await loading;
    expect(state().jobs).toEqual([]);

    state().editTraining("maxSteps", 3);
    await state().train();
    expect(state().runStatus).toBe("done");
    const { run } = state();
    const training = state().train();
    expect(isTraining(state())).toBe(true);
    expect(state()).toMatchObject({ runStatus: "preparing", run });
    await training;
    expect(state()).toMatchObject({ runStatus: "done", jobs: [] });
  });

  it("is not requested twice by a second click", async () => {
    state().editTraining("maxSteps", 3);
    await Promise.all([state().train(), state().train()]);
    expect(state()).toMatchObject({ runStatus: "done", trainProblem: null });
    expect(state().adapters).toHaveLength(1);
    await Promise.all([state().send("One?"), state().send("One?")]);
    expect(state().turns.map(({ question }) => question)).toEqual(["What is a cat?", "One?"]);
    await Promise.all([
      state().importAdapter([new File([""], "a.zip")]),
      state().importAdapter([new File([""], "a.zip")]),
    ]);
    expect(state().exportProblem).toBeNull();
    expect(state().adapters).toHaveLength(2);
  });

  it("keeps showing the last run if the next does not start", async () => {
    state().editTraining("maxSteps", 3);
    await state().train();
    const { run, result } = state();
    // There is no such run.
    await state().resumeRun("gone");
    expect(state()).toMatchObject({ runStatus: "done", run, result });
    expect(state().trainProblem).not.toBeNull();
  });

  it("that fails on one side keeps the other's answer, and shows the problem in place", async () => {
    store.setState({ voices: [null, adapterVoice("gone")] });
    await state().send("One?");
    const turn = state().turns.at(-1);
    expect(turn?.answers[0]?.answer).toMatchObject({ state: "done", finish: "end-token", problem: null });
    expect(turn?.answers[1]?.answer).toMatchObject({
      state: "failed",
      problem: { problem: { code: "adapter/not-kept" } },
    });
  });

  it("ends a stopped answer, and asks no further side", async () => {
    state().editTraining("maxSteps", 3);
    await state().train();
    const sending = state().send("One?");
    await until(() => (state().turns.at(-1)?.answers[0]?.answer.text ?? "") !== "");
    expect(isRunning(state(), "answer")).toBe(true);
    state().stopAnswers();
    await sending;
    const turn = state().turns.at(-1);
    expect(turn?.answers[0]?.answer).toMatchObject({ state: "done", finish: "stopped" });
    expect(turn?.answers[1]?.answer).toMatchObject({ state: "done", finish: "stopped", text: "" });
    expect(state().jobs).toEqual([]);
  });
});

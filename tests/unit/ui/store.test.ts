import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeClient } from "../../support/fake-client/client";
import { rowsOfRating } from "../../../src/shared/ratings";
import { alpacaRow } from "../../../src/shared/rows";
import { EARLIER_OPTIONS } from "../../../src/shared/training";
import { QLORA } from "../../../src/shared/model";
import { RunLog } from "../../../src/ui/lib/run-log";
import { en } from "../../../src/ui/text/en";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { conversation } from "../../../src/ui/store/compare-slice";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore } from "../../../src/ui/store/create-store";
import { isExcluded } from "../../../src/ui/store/jobs";
import {
  lengthInputs,
  selectAdapter,
  selectRunConfig,
  selectStepState,
  selectTemplate,
  selectTrainBlock,
  selectTrainWarnings,
  STEPS,
} from "../../../src/ui/store/selectors";
import { adapterVoice } from "../../../src/ui/store/voices";

/** An in-memory localStorage. */
function memoryStorage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

function makeStudio(storage = memoryStorage(), gpu = true, runs = 0) {
  const runtime = {
    client: new FakeClient({ paceMs: 0, gpu, runs }),
    series: new RunSeries(),
    log: new RunLog(),
    text: en,
  };
  const store = createStudioStore(runtime, () => storage);
  const end = connectStore(store, runtime);
  return { ...runtime, store, storage, end, state: () => store.getState() };
}

let studio = makeStudio();
beforeEach(() => {
  studio = makeStudio();
});
afterEach(() => {
  studio.end();
});

describe("the studio's store", () => {
  it("starts with the first sample and the built-in model, ready to train", async () => {
    expect(selectTrainBlock(studio.state())).toBe("starting");
    await studio.state().start();
    expect(studio.state().datasets).toHaveLength(1);
    expect(studio.state().model?.source).toBe("built-in");
    expect(selectTrainBlock(studio.state())).toBeNull();
    expect(selectTemplate(studio.state())).toEqual({ templateId: "chat" });
    expect(selectRunConfig(studio.state())).toMatchObject({
      modelId: "tiny",
      templateId: "chat",
      method: { id: "lora", options: { r: 8 } },
      training: { learningRate: 0.0016, maxSteps: 400 },
    });
  });

  it("trains, keeps the curves, and has an adapter to chat with and export", async () => {
    await studio.state().start();
    studio.state().editTraining("maxSteps", 12);
    await studio.state().train();
    expect(studio.state().runStatus).toBe("done");
    expect(studio.state().run).toMatchObject({ step: 12, totalSteps: 12 });
    expect(studio.series.loss.values).toHaveLength(12);
    expect(studio.log.lines(en).some((line) => line.includes("step 12/12"))).toBe(true);
    expect(selectAdapter(studio.state())?.origin).toBe("trained");
    await studio.state().send("  What is a cat?  ");
    const [turn] = studio.state().turns;
    expect(turn?.question).toBe("What is a cat?");
    expect(turn?.answers[0]?.answer).toMatchObject({ state: "done", finish: "end-token" });
    expect(turn?.answers[1]?.answer.text).toMatch(/^Arr!/);
    expect(STEPS.map((step) => selectStepState(studio.state(), step))).toEqual([
      "done",
      "done",
      expect.any(String),
      "done",
      "done",
      "ready",
    ]);
  });

  it("prompts with a held-out row alone, and continues from it", async () => {
    await studio.state().start();
    const row = alpacaRow({
      instruction: "Name it",
      input: "the top",
      output: "Spruce.",
      system: "Be brief.",
    });
    await studio.state().send("One?");
    await studio.state().sendRow(row);
    expect(studio.state().turns.at(-1)?.question).toBe("Name it\nthe top");
    expect(conversation(studio.state().turns, null)).toEqual({ row, messages: [] });
    await studio.state().send("And?");
    const { turns } = studio.state();
    expect(conversation(turns, null)).toEqual({
      row,
      messages: [
        { role: "assistant", content: turns[1]?.answers[0]?.answer.text },
        { role: "user", content: "And?" },
      ],
    });
    await studio.state().resend(turns[1]!.id, "Name another");
    expect(conversation(studio.state().turns, null)).toMatchObject({ row: null });
  });

  it("uses the system prompt and stop sequences, and regenerates with the next seed", async () => {
    await studio.state().start();
    studio.state().editAsking({ systemPrompt: "Be brief.", stopText: " in plain" });
    const generate = vi.spyOn(studio.client, "withSignal");
    await studio.state().send("One?");
    const [turn] = studio.state().turns;
    expect(conversation(studio.state().turns, null).messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "One?" },
    ]);
    expect(turn?.answers[0]?.answer).toMatchObject({
      text: "A short answer to “One?”",
      finish: "stop-sequence",
    });
    await studio.state().regenerate(turn!.id);
    expect(studio.state().turns).toMatchObject([{ question: "One?", attempt: 1 }]);
    expect(generate).toHaveBeenCalledTimes(2);
    studio.state().editAsking({ systemPrompt: "" });
    await studio.state().send("Two?");
    expect(conversation(studio.state().turns, null).messages[0]?.role).toBe("user");
  });

  it("asks a paused run, and no longer once it resumes", async () => {
    await studio.state().start();
    studio.state().editTraining("maxSteps", 500);
    const training = studio.state().train();
    await vi.waitFor(() => expect(studio.state().run.step).toBeGreaterThan(0));
    await studio.state().send("Now?");
    expect(studio.state().turns).toEqual([]);
    await studio.state().pause();
    await vi.waitFor(() => expect(studio.state().lentAdapter?.id).toBe("run"));
    await vi.waitFor(() => expect(isExcluded(studio.state(), "answer")).toBe(false));
    await studio.state().send("One?");
    expect(studio.state().turns[0]?.answers[1]?.answer.text).toContain("So says The paused run");
    await studio.state().resume();
    await vi.waitFor(() => expect(studio.state().lentAdapter).toBeNull());
    expect(isExcluded(studio.state(), "answer")).toBe(true);
    expect(studio.state().voices).toEqual([null, null]);
    studio.state().stop();
    await training;
  });

  it("stores thumbs, blind choices and rows, and makes a dataset of them", async () => {
    await studio.state().start();
    studio.state().editTraining("maxSteps", 2);
    await studio.state().train();
    studio.state().editAsking({ systemPrompt: "Be brief." });
    await studio.state().send("One?");
    const [turn] = studio.state().turns;
    await studio.state().rate(turn!.id, 1, "up");
    await studio.state().rate(turn!.id, 0, "down");
    const [pair] = studio.state().ratings.flatMap(rowsOfRating);
    expect(pair).toMatchObject({
      kind: "preference",
      system: "Be brief.",
      prompt: [{ role: "user", text: "One?" }],
      chosen: [{ text: turn?.answers[1]?.answer.text }],
      rejected: [{ text: turn?.answers[0]?.answer.text }],
    });
    await studio.state().rate(turn!.id, 0, null);
    expect(studio.state().ratings.flatMap(rowsOfRating)).toMatchObject([{ kind: "labelled", good: true }]);
    await studio.state().rate(turn!.id, 1, null);
    expect(await studio.client.call("listRatings")).toEqual([]);
    studio.state().setBlind(true);
    await studio.state().send("Two?");
    const blind = studio.state().turns.at(-1)!;
    expect([...blind.blindOrder!].sort()).toEqual([0, 1]);
    await studio.state().chooseBlind(blind.id, 1);
    expect(await studio.client.call("listRatings")).toMatchObject([
      { id: blind.id, blind: true, answers: [{ thumb: "down" }, { thumb: "up" }] },
    ]);
    // A full disk keeps what was there.
    studio.client.isFull = true;
    await studio.state().chooseBlind(blind.id, 0);
    expect(studio.state()).toMatchObject({ ratingsProblem: { problem: { code: "storage/full" } } });
    expect(studio.state().ratings[0]?.answers[1]?.thumb).toBe("up");
  });

  it("asks only the base without an adapter, and each side with its own history", async () => {
    await studio.state().start();
    await studio.state().send("One?");
    expect(studio.state().turns[0]?.answers).toHaveLength(1);
    studio.state().editTraining("maxSteps", 2);
    await studio.state().train();
    await studio.state().send("Two?");
    const turns = studio.state().turns;
    const [first, second] = turns;
    expect(
      conversation(turns, second?.answers[1]?.voice ?? null).messages.map((message) => message.content),
    ).toEqual(["One?", first?.answers[0]?.answer.text, "Two?"]);
    await studio.state().resend(first!.id, "Three?");
    expect(studio.state().turns.map((turn) => turn.question)).toEqual(["Three?"]);
    expect(second?.answers[1]?.answer.text).not.toBe(second?.answers[0]?.answer.text);
  });

  it("adds an adapter per run, and compares any two", async () => {
    await studio.state().start();
    studio.state().editTraining("maxSteps", 2);
    await studio.state().train();
    const first = studio.state().adapters[0]!;
    await studio.state().train();
    const [second, ...others] = studio.state().adapters;
    expect(others).toEqual([first]);
    expect(studio.state().adapterId).toBe(second!.id);
    expect(studio.state().voices).toEqual([null, adapterVoice(second!.id)]);
    studio.state().chooseVoice(0, adapterVoice(first.id));
    await studio.state().send("One?");
    const [turn] = studio.state().turns;
    expect(turn?.answers[0]?.answer.text).toContain(`So says ${first.name}`);
    expect(turn?.answers[1]?.answer.text).toContain(`So says ${second!.name}`);
    expect(selectRunConfig(studio.state())?.continueFrom).toBeNull();
    studio.state().editTraining("continueAdapter", true);
    studio.state().chooseAdapter(first.id);
    expect(selectRunConfig(studio.state())?.continueFrom).toBe(first.id);
  });

  it("renames and deletes adapters, and stops asking deleted ones", async () => {
    await studio.state().start();
    studio.state().editTraining("maxSteps", 2);
    await studio.state().train();
    await studio.state().train();
    const [second, first] = studio.state().adapters;
    await studio.state().renameAdapter(first!.id, "Pirate");
    expect(studio.state().adapters.map(({ name }) => name)).toEqual([second!.name, "Pirate"]);
    await studio.state().deleteAdapter(second!.id);
    expect(studio.state().voices).toEqual([null, adapterVoice(first!.id)]);
    expect(studio.state().adapterId).toBe(first!.id);
    await studio.state().deleteAdapter(first!.id);
    expect(studio.state()).toMatchObject({
      adapters: [],
      adapterId: null,
      voices: [null, null],
    });
  });

  it("keeps settings across a reload, and resets the learning rate with the method", async () => {
    await studio.state().start();
    studio.state().editTraining("learningRate", 0.1);
    studio.state().editTraining("epochs", 5);
    studio.state().editMethod("r", 4);
    studio.state().chooseMethod("prompt-tuning");
    await studio.state().setQuantization(QLORA);
    expect(studio.state().trainingEdits).toEqual({ epochs: 5 });
    const after = makeStudio(studio.storage);
    expect(after.state()).toMatchObject({
      methodId: "prompt-tuning",
      trainingEdits: { epochs: 5 },
      methodEdits: { lora: { r: 4 } },
      datasetId: studio.state().datasetId,
      modelId: "tiny",
      quantization: QLORA,
    });
    after.end();
  });

  it("imports a sample once, and keeps datasets when a file is refused", async () => {
    await studio.state().start();
    const before = studio.state().datasets;
    await studio.state().importSample("pirate");
    expect(studio.state().datasets).toEqual(before);
    await studio.state().importFiles([new File(["{nope"], "bad.json")], "bad.json");
    expect(studio.state().dataProblem?.problem).toMatchObject({ code: expect.stringMatching(/^data\//) });
    expect(studio.state().datasets).toEqual(before);
    expect(studio.state().jobs).toEqual([]);
    await studio.state().deleteDataset(before[0]!.id);
    expect(studio.state().datasetId).toBeNull();
    expect(selectTrainBlock(studio.state())).toBe("no-data");
  });

  it("reports why it cannot train", async () => {
    await studio.state().start();
    studio.state().editTraining("epochs", "abc");
    expect(selectTrainBlock(studio.state())).toBe("training-problem");
    studio.state().choosePreset("balanced");
    studio.state().editMethod("r", 0);
    expect(selectTrainBlock(studio.state())).toBe("method-problem");
    await studio.state().train();
    expect(studio.state().runStatus).toBe("idle");
    const without = makeStudio(memoryStorage(), false);
    await without.state().start();
    expect(selectTrainBlock(without.state())).toBe("no-gpu");
    without.end();
  });

  it("warns of likely problems before the start", async () => {
    await studio.state().start();
    const kinds = () => selectTrainWarnings(studio.state()).map((warning) => warning.kind);
    expect(kinds()).toEqual([]);
    studio.state().editTraining("learningRate", 1);
    studio.state().editTraining("validationSplit", 0);
    expect(kinds()).toEqual(["rate-high", "no-validation"]);
    studio.state().editTraining("learningRate", 1e-7);
    studio.state().editTraining("maxLength", 20);
    await studio.state().refreshLengths();
    expect(kinds()).toEqual(["rate-low", "no-validation", "excluded", "truncated", "end-cut"]);
    studio.state().editTraining("maxLength", "none");
    expect(lengthInputs(studio.state())).toBeNull();
  });

  it("asks which dataset to mix in, and mixes none into preference training", async () => {
    const { state } = studio;
    await state().start();
    const [used] = state().datasets;
    state().editTraining("mixShare", 0.2);
    expect([selectTrainBlock(state()), selectRunConfig(state())]).toEqual(["no-mix", null]);
    state().chooseMixed(used!.id);
    expect(selectTrainBlock(state())).toBe("no-mix");
    const row = { instruction: "a", input: "", output: "b" };
    await state().importFiles([new File([JSON.stringify([row])], "more.json")], "more.json");
    const more = state().datasetId;
    expect(more).not.toBe(used!.id);
    state().chooseDataset(used!.id);
    state().chooseMixed(more);
    expect(selectTrainBlock(state())).toBeNull();
    expect(selectRunConfig(state())).toMatchObject({ mixDatasetId: more, training: { mixShare: 0.2 } });
    state().editTraining("mixShare", 0);
    expect(selectRunConfig(state())).toMatchObject({ mixDatasetId: null, training: { mixShare: 0 } });
  });

  it("requests the plan again once the form settles", async () => {
    await studio.state().start();
    await expect.poll(() => studio.state().plan?.trainableParameters).toBe(8 * 8 * 384);
    studio.state().editMethod("r", 2);
    await expect.poll(() => studio.state().plan?.trainableParameters).toBe(2 * 8 * 384);
  });
});

describe("kept runs", () => {
  it("are shown after a reload, reused, deleted and restored", async () => {
    studio.end();
    studio = makeStudio(memoryStorage(), true, 3);
    const { state } = studio;
    await state().start();
    expect(state().runs.map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(state()).toMatchObject({ runId: "run-3", run: { step: 40, validationStep: 40 } });
    expect(studio.series.loss.length).toBe(40);
    await state().takeRunSettings(state().runs[0]!);
    expect(selectRunConfig(state())?.training).toEqual({
      ...EARLIER_OPTIONS,
      ...state().runs[0]!.config.training,
    });
    await state().deleteRuns(["run-3", "run-1"]);
    expect(state().runs.map(({ number }) => number)).toEqual([2]);
    state().undo();
    await expect.poll(() => state().runs.length).toBe(3);
    expect(state().undoable).toBeNull();
  });
});

describe("a sweep", () => {
  const axes = [{ name: "learningRate", values: [0.001, 0.002] }];

  it("trains every value in turn for the given steps", async () => {
    await studio.state().start();
    const asked: unknown[] = [];
    const { trainWith } = studio.state();
    studio.store.setState({
      trainWith: (config, name) => {
        const { learningRate, maxSteps, maxMinutes } = config.training;
        asked.push([config.sweep?.values, learningRate, maxSteps, maxMinutes, name]);
        return trainWith(config, name);
      },
    });
    await studio.state().startSweep(axes, 6);
    expect(asked).toEqual([
      [{ learningRate: 0.001 }, 0.001, 6, 0, "Sweep, 0.001"],
      [{ learningRate: 0.002 }, 0.002, 6, 0, "Sweep, 0.002"],
    ]);
    expect(studio.state().sweep).toBeNull();
  });

  it("drops pending runs when stopped", async () => {
    await studio.state().start();
    let runs = 0;
    studio.store.setState({
      trainWith: () => {
        runs++;
        studio.state().stopSweep();
        return Promise.resolve("stopped");
      },
    });
    await studio.state().startSweep(axes, 6);
    expect(runs).toBe(1);
    expect(studio.state().sweep).toBeNull();
  });
});

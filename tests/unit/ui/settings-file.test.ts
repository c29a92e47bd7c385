import { beforeEach, describe, expect, it } from "vitest";
import { FakeClient } from "../../support/fake-client/client";
import type { Problem } from "../../../src/lib/problems/problem";
import { LuthierError } from "../../../src/lib/errors";
import { METHOD_IDS } from "../../../src/shared/methods";
import type { StudioSettings } from "../../../src/shared/settings-file";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import {
  readSettingsFragment,
  readSettingsText,
  settingsLink,
  settingsYaml,
} from "../../../src/ui/lib/settings-text";
import { connectStore } from "../../../src/ui/store/connect";
import { createStudioStore } from "../../../src/ui/store/create-store";
import { selectRunConfig, selectTemplate } from "../../../src/ui/store/selectors";
import { selectSettings } from "../../../src/ui/store/settings-file-slice";
import { generationValues } from "../../../src/ui/store/training-values";
import { en } from "../../../src/ui/text/en";

function makeStore() {
  const runtime = {
    client: new FakeClient({ paceMs: 0 }),
    series: new RunSeries(),
    log: new RunLog(),
    text: en,
  };
  const nowhere = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  const store = createStudioStore(runtime, () => nowhere);
  connectStore(store, runtime);
  return store;
}

async function started() {
  const store = makeStore();
  await store.getState().start();
  return store;
}

/** The problem with which a text is refused. */
async function refusal(text: string): Promise<Problem> {
  const error: unknown = await readSettingsText(text, "mine.yaml").then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LuthierError)) throw new Error(`not refused: ${text.slice(0, 60)}`);
  return error.problem;
}

const file = (text: string, name = "mine.yaml"): File => new File([text], name);

describe("a settings file", () => {
  let store = makeStore();
  beforeEach(async () => {
    store = await started();
  });

  it("restores the whole configuration from YAML, JSON and a link", async () => {
    const { editTraining, editMethod, editObjective, editTemplate, editGeneration, chooseObjective } =
      store.getState();
    editTraining("learningRate", 3e-4);
    editTraining("packing", true);
    editMethod("r", 4);
    chooseObjective("ipo");
    editObjective("beta", 0.25);
    editGeneration("temperature", 0.7);
    editTemplate("{% for m in messages %}{{ m.content }}\n{% endfor %}# not a comment: [really]");
    const settings = selectSettings(store.getState());
    const wanted = selectRunConfig(store.getState());
    const link = settingsLink(settings, "https://studio.example/#train");
    const texts = [await settingsYaml(settings), JSON.stringify({ "luthier-settings": 1, ...settings })];
    for (const load of [
      ...texts.map((text) => (other: typeof store) => other.getState().loadSettings(file(text))),
      (other: typeof store) => other.getState().loadLinkedSettings(new URL(link).hash),
    ]) {
      const other = await started();
      await load(other);
      expect(other.getState().settingsProblem).toBeNull();
      expect(selectRunConfig(other.getState())).toEqual({
        ...wanted,
        datasetId: expect.any(String) as string,
      });
      expect(selectTemplate(other.getState())).toEqual(selectTemplate(store.getState()));
      expect(generationValues(other.getState().generationEdits).temperature).toBe(0.7);
      expect(selectSettings(other.getState())).toEqual(settings);
    }
  });

  it("covers every method's form", async () => {
    for (const id of METHOD_IDS) {
      store.getState().chooseMethod(id);
      const settings = selectSettings(store.getState());
      // Adapters to build on are chosen here, in this browser.
      const needsAdapters = ["fusion", "xlora", "mad-x-task"].includes(id);
      const read = readSettingsText(await settingsYaml(settings), "mine.yaml");
      if (needsAdapters) await expect(read).rejects.toThrow();
      else expect((await read).method).toEqual(settings.method);
    }
  });

  it("leaves other settings unchanged", async () => {
    store.getState().editMethod("r", 4);
    await store.getState().loadSettings(file("luthier-settings: 1\ntraining: {epochs: 7}\n"));
    const config = selectRunConfig(store.getState());
    expect(config?.training.epochs).toBe(7);
    expect(config?.method.options.r).toBe(4);
  });

  it("reports a missing model", async () => {
    await store.getState().loadSettings(file("luthier-settings: 1\nmodel: {repository: some/model}\n"));
    expect(store.getState().takenSettings).toEqual({ file: "mine.yaml", missingModel: "some/model" });
  });

  it("changes nothing when it is refused", async () => {
    const before = selectSettings(store.getState());
    await store.getState().loadSettings(file("luthier-settings: 1\ntraining: {epochs: 7, seed: -1}\n"));
    expect(store.getState().settingsProblem?.problem).toMatchObject({
      code: "settings/option",
      option: "training.seed",
      fault: { kind: "below", min: 0 },
    });
    expect(selectSettings(store.getState())).toEqual(before);
  });
});

describe("settings from elsewhere", () => {
  const valid = "luthier-settings: 1\n";

  it("reports unknown keys with their paths", async () => {
    const text = `${valid}lora: 1\ntraining: {learning_rate: 1, epochs: 2}\nmethod: {id: lora, options: {rank: 8}}\n`;
    expect(await refusal(text)).toEqual({
      code: "settings/unknown-keys",
      file: "mine.yaml",
      keys: ["lora", "method.options.rank", "training.learning_rate"],
    });
    // Options of another method are unknown too.
    expect(await refusal(`${valid}method: {id: ia3, options: {r: 8}}\n`)).toMatchObject({
      keys: ["method.options.r"],
    });
    expect(await refusal(`${valid}__proto__: {epochs: 1}\n`)).toMatchObject({ keys: ["__proto__"] });
  });

  it.each([
    ["{}", "settings/other-file"],
    ["- 1\n", "settings/other-file"],
    ["", "settings/other-file"],
    ["luthier-settings: 2\n", "settings/version"],
    ["luthier-settings: one\n", "settings/value"],
    [`${valid}method: {id: lorra}\n`, "settings/value"],
    [`${valid}template: {id: [1]}\n`, "settings/value"],
    [`${valid}training: [1]\n`, "settings/value"],
    [`${valid}training: {epochs: .inf}\n`, "settings/value"],
    [`${valid}quantization: {type: nf4, blockSize: 63, doubleQuantization: true}\n`, "settings/value"],
    [`${valid}training: {schedule: triangle}\n`, "settings/option"],
    [`${valid}training: {packing: yes please}\n`, "settings/option"],
    [`${valid}training:\n\tepochs: 1\n`, "settings/not-readable"],
    [`${valid}goal: text\ngoal: text\n`, "settings/not-readable"],
    [`${valid}--- \nx: 1\n`, "settings/not-readable"],
    ["{", "settings/not-readable"],
    [`a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`, "settings/not-readable"],
    ["[".repeat(50_000), "settings/not-readable"],
    [`{"a":`.repeat(20_000), "settings/not-readable"],
    [`${valid}# ${"x".repeat(300_000)}\n`, "settings/too-large"],
  ])("refuses %#: %.60s", async (text, code) => {
    expect((await refusal(text)).code).toBe(code);
  });

  it("refuses damaged links", () => {
    for (const rest of ["", "%%%", "AAAA", btoa('{"luthier-settings":1,"x":1}'), btoa("null")])
      expect(() => readSettingsFragment(`#settings=${rest}`)).toThrow(LuthierError);
  });

  it("accepts only settings from a link, without data", () => {
    const settings: StudioSettings = { method: { id: "lora", options: { r: 4 } } };
    const { hash, search } = new URL(settingsLink(settings, "https://studio.example/app/?x=1#data"));
    expect(search).toBe("?x=1");
    expect(readSettingsFragment(hash)).toMatchObject(settings);
  });
});

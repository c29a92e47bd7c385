import { describe, expect, it } from "vitest";
import { METHOD_IDS } from "../../../src/shared/methods";
import { OBJECTIVE_IDS } from "../../../src/shared/objectives";
import { readSettings } from "../../../src/ui/store/persistence";

const noEdits = Object.fromEntries(METHOD_IDS.map((id) => [id, {}]));
const noObjectiveEdits = Object.fromEntries(OBJECTIVE_IDS.map((id) => [id, {}]));

describe("readSettings", () => {
  it("keeps valid settings", () => {
    const stored = {
      datasetId: "d",
      modelId: null,
      quantization: { type: "nf4", blockSize: 256, doubleQuantization: false },
      hubEndpoint: "https://mirror.example",
      sampleOf: { d: "pirate" },
      templateId: "alpaca",
      methodId: "prefix-tuning",
      methodEdits: { lora: { r: 4 } },
      preset: "quick",
      trainingEdits: { epochs: "half typed", seed: 7 },
      showHints: false,
    };
    expect(readSettings(stored)).toMatchObject({
      ...stored,
      methodEdits: { ...noEdits, lora: { r: 4 } },
    });
  });

  it("reads experts inside an adapter, in earlier versions' form too", () => {
    const within = { fusion: { adapters: { within: "a1" } } };
    const kept = { methodEdits: { ...noEdits, ...within } };
    expect(readSettings({ methodEdits: within })).toMatchObject(kept);
    expect(readSettings({ methodEdits: { fusion: { adapters: "within:a1" } } })).toMatchObject(kept);
    const listed = { fusion: { adapters: "a1,a2" } };
    expect(readSettings({ methodEdits: listed }).methodEdits).toMatchObject(listed);
  });

  it("treats settings without edits as unedited", () => {
    const forms = { methodEdits: noEdits, objectiveEdits: noObjectiveEdits };
    const none = { sampleOf: {}, ...forms, trainingEdits: {}, generationEdits: {} };
    expect(readSettings({})).toStrictEqual(none);
    expect(readSettings({ quantization: null, templateId: null })).toStrictEqual({
      ...none,
      quantization: null,
    });
    const broken = { methodEdits: { lora: 5, gone: { r: 1 }, ia3: { r: Infinity, alpha: 2 } }, preset: null };
    expect(readSettings(broken)).toStrictEqual({ ...none, methodEdits: { ...noEdits, ia3: { alpha: 2 } } });
  });

  it("drops invalid settings one by one", () => {
    const settings = readSettings({
      datasetId: 5,
      quantization: { type: "nf4", blockSize: 100, doubleQuantization: true },
      hubEndpoint: 7,
      sampleOf: { d: 1, e: "shop" },
      templateId: "nonsense",
      methodId: "nothing",
      methodEdits: [1],
      trainingEdits: { epochs: null, seed: 3, deep: {} },
      showHints: "yes",
    });
    expect(settings).toEqual({
      sampleOf: { e: "shop" },
      methodEdits: noEdits,
      objectiveEdits: noObjectiveEdits,
      trainingEdits: { seed: 3 },
      generationEdits: {},
    });
    // An unusable key must be absent, so that it does not hide the default.
    expect(settings).not.toHaveProperty("datasetId");
    expect(readSettings(null)).toEqual({});
    expect(readSettings("text")).toEqual({});
  });
});

import { describe, expect, it } from "vitest";
import { defaultValues } from "../../../src/shared/fields";
import { NO_FACTS, type PresetFacts, type PresetId, presetTraining } from "../../../src/shared/presets";
import { trainingFields } from "../../../src/shared/training";

const base = defaultValues(trainingFields);
const preset = (id: PresetId, facts: Partial<PresetFacts>) => {
  const values = presetTraining(id, base, { ...NO_FACTS, ...facts });
  const { maxSteps, epochs, validationSplit, maxMinutes, loadBestModelAtEnd, earlyStoppingPatience } = values;
  return {
    ...{ maxSteps: Number(maxSteps), epochs: Number(epochs), split: Number(validationSplit) },
    ...{ maxMinutes, loadBestModelAtEnd, earlyStoppingPatience },
  };
};

describe("presets", () => {
  it("make more epochs over few rows than over many, and at least one", () => {
    expect(preset("balanced", { rows: 40 }).maxSteps).toBe(240);
    expect(preset("balanced", { rows: 120 }).maxSteps).toBe(280);
    expect(preset("balanced", { rows: 400 }).maxSteps).toBe(400);
    expect(preset("balanced", { rows: 80_000 }).maxSteps).toBe(9992);
    for (const rows of [2, 40, 400, 80_000]) {
      const { maxSteps, epochs, split } = preset("balanced", { rows });
      // The steps decide: the epochs must not end the run before.
      expect(Math.ceil((rows * (1 - split)) / 8) * epochs, String(rows)).toBeGreaterThanOrEqual(maxSteps);
    }
  });

  it("hold out enough rows for validation, but not too many", () => {
    expect(preset("balanced", { rows: 40 }).split).toBe(0.2);
    expect(preset("balanced", { rows: 20 }).split).toBe(0.25);
    expect(preset("balanced", { rows: 200 }).split).toBe(0.1);
    expect(preset("balanced", { rows: 10_000 }).split * 10_000).toBe(64);
    expect(preset("balanced", { rows: 40, hasValidationFile: true }).split).toBe(base.validationSplit);
  });

  it("stay within their minutes on a slow machine", () => {
    expect(preset("quick", { rows: 200, stepMs: 2000 }).maxSteps).toBe(24);
    expect(preset("quick", { rows: 200, stepMs: 50 }).maxSteps).toBe(60);
    expect(preset("balanced", { rows: 200, stepMs: 10_000 }).maxSteps).toBe(144);
    expect(preset("quick", { rows: 200, stepMs: 600_000 }).maxSteps).toBe(1);
    expect(preset("quick", {}).maxMinutes).toBe(1);
  });

  it("keep the best values and stop early if there are held-out rows", () => {
    const watched = { loadBestModelAtEnd: true, earlyStoppingPatience: 8 };
    expect(preset("balanced", { rows: 100 })).toMatchObject(watched);
    expect(preset("quick", { rows: 100 })).toMatchObject({
      loadBestModelAtEnd: false,
      earlyStoppingPatience: 0,
    });
    expect(preset("thorough", { rows: 100 }).maxSteps).toBeGreaterThan(
      preset("balanced", { rows: 100 }).maxSteps,
    );
  });
});

import { describe, expect, it } from "vitest";
import { fakeCards, fakeModel } from "../../support/fake-client/data";
import type { Field, FieldValue } from "../../../src/shared/fields";
import { METHOD_IDS, methodSpecs } from "../../../src/shared/methods";
import { trainingFields } from "../../../src/shared/training";
import {
  formProblems,
  generationValues,
  methodValues,
  presetValues,
  toGenerationOptions,
  toTrainingOptions,
} from "../../../src/ui/store/training-values";
import { en } from "../../../src/ui/text/en";
import { PRESETS } from "../../../src/shared/presets";

const model = {
  ...fakeModel(fakeCards[0]!),
  defaults: { lora: { learningRate: 0.004, maxSteps: 60, r: 4 }, "prefix-tuning": { epochs: 1 } },
};

describe("training values", () => {
  it("start from the method's learning rate and the model's defaults", () => {
    expect(presetValues("balanced", "prompt-tuning", null).learningRate).toBe(0.03);
    // The model's rate is meant for a short run, which the quick one is.
    expect(presetValues("quick", "lora", model)).toMatchObject({ learningRate: 0.004, batchSize: 8 });
    expect(presetValues("balanced", "lora", model).learningRate).toBe(0.0016);
    expect(presetValues("balanced", "prefix-tuning", model).learningRate).toBe(0.01);
    expect(presetValues("balanced", "lora", model)).not.toHaveProperty("r");
    expect(methodValues("lora", model, { lora_alpha: 99 })).toMatchObject({
      r: 4,
      lora_alpha: 99,
      bias: "none",
    });
  });

  it("are valid for every preset and method", () => {
    for (const preset of PRESETS) {
      for (const id of METHOD_IDS) {
        expect(toTrainingOptions(presetValues(preset, id, null)), `${preset} ${id}`).not.toBeNull();
        // Only the user can choose which adapters a method builds on.
        const fields = methodSpecs[id].fields.filter(({ type }) => type !== "adapters");
        expect(formProblems(fields, methodValues(id, null, undefined))).toEqual({});
      }
    }
  });

  it("report a wrong field by its label, and block training", () => {
    const values = { ...presetValues("balanced", "lora", null), epochs: "abc", batchSize: 1.5 };
    const problems = formProblems(trainingFields, values);
    expect(Object.keys(problems)).toEqual(["epochs", "batchSize"]);
    const { epochs, batchSize } = en.trainingOptions;
    expect(en.fieldProblem(problems.epochs!, epochs.label)).toBe("Epochs is a number.");
    expect(en.fieldProblem(problems.batchSize!, batchSize.label)).toBe("Batch size is a whole number.");
    expect(toTrainingOptions(values)).toBeNull();
  });

  it("describe what is wrong with a field", () => {
    const number = { name: "r", type: "integer", default: 8, min: 1, max: 64, level: "basic" } as const;
    const share = { ...number, type: "number", min: 0, exclusiveMin: true } as const;
    const onOff = { name: "r", type: "boolean", default: false, level: "basic" } as const;
    const choice = { name: "r", type: "select", default: "a", choices: ["a", "b"], level: "basic" } as const;
    const text = { name: "r", type: "text", default: "", level: "basic" } as const;
    const some = { ...text, type: "adapters", methods: ["lora"], min: 2, max: 3 } as const;
    const one = { ...some, min: 1, max: 1 } as const;
    const cases: readonly (readonly [Field, FieldValue, string])[] = [
      [number, "x", "r is a number."],
      [number, 1.5, "r is a whole number."],
      [number, 0, "r is at least 1."],
      [number, 65, "r is at most 64."],
      [share, 0, "r is more than 0."],
      [onOff, "on", "r is on or off."],
      [choice, "c", "r is one of a, b."],
      [text, 1, "r is text."],
      [some, "a", "r: choose at least 2 adapters."],
      [some, "a,b,c,d", "r: choose 3 adapters at most."],
      [one, "", "r: choose an adapter."],
      [one, "a,b", "r: choose one adapter at most."],
    ];
    for (const [field, value, sentence] of cases) {
      const problem = formProblems([field], { r: value }).r;
      expect(problem && en.fieldProblem(problem, "r")).toBe(sentence);
      expect(problem && en.problem(problem).what).toBe(sentence);
    }
  });

  it("ignore a field that is not shown", () => {
    const { fields } = methodSpecs["prefix-tuning"];
    const wrong = { encoder_hidden_size: -1, prefix_projection: false };
    expect(formProblems(fields, methodValues("prefix-tuning", null, wrong))).toEqual({});
    expect(
      formProblems(fields, methodValues("prefix-tuning", null, { ...wrong, prefix_projection: true })),
    ).toHaveProperty("encoder_hidden_size");
  });

  it("of an answer follow the form", () => {
    expect(toGenerationOptions(generationValues({ temperature: 0.7 }))).toMatchObject({
      temperature: 0.7,
      topP: 1,
    });
    expect(toGenerationOptions(generationValues({ topP: 0 }))).toBeNull();
  });
});

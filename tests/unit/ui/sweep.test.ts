import { describe, expect, it } from "vitest";
import { readAxis, sweepFields, sweepValues } from "../../../src/shared/sweep";
import { parseTyped } from "../../../src/ui/lib/typed-number";
import { defined } from "../../../src/lib/invariant";

const field = (name: string) =>
  defined(
    sweepFields("lora").find((known) => known.name === name),
    name,
  );

describe("a sweep", () => {
  it("offers settings that change the result, methods and their options included", () => {
    const names = sweepFields("lora").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["learningRate", "batchSize", "schedule", "method", "r"]));
    for (const name of ["maxSteps", "epochs", "seed", "target_modules"]) expect(names).not.toContain(name);
  });

  it("accepts two or three different valid values", () => {
    const rate = field("learningRate");
    expect(readAxis(rate, ["1e-3", "2e-3"], parseTyped)).toEqual({
      name: "learningRate",
      values: [0.001, 0.002],
    });
    expect(readAxis(field("method"), ["lora", "ia3"], parseTyped)?.values).toEqual(["lora", "ia3"]);
    for (const typed of [["1e-3"], ["1", "2", "3", "4"], ["1e-3", "1e-3"], ["1e-3", "fast"], ["1e-3", "-1"]])
      expect(readAxis(rate, typed, parseTyped), typed.join(" ")).toBeNull();
    expect(readAxis(field("method"), ["lora", "nonsense"], parseTyped)).toBeNull();
  });

  it("runs every combination once", () => {
    expect(
      sweepValues([
        { name: "learningRate", values: [0.001, 0.002] },
        { name: "r", values: [4, 8, 16] },
      ]),
    ).toHaveLength(6);
    expect(sweepValues([{ name: "r", values: [4, 8] }])).toEqual([{ r: 4 }, { r: 8 }]);
  });
});

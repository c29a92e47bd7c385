import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldProblem, type FieldValues } from "../../../src/spec/fields";
import { METHOD_IDS, type MethodId, methodSpecs } from "../../../src/spec/methods";
import { trainingFields } from "../../../src/spec/training";
import { builtInDefaults } from "../../builtin/built-in";
import { entries, formatTable, type Rows } from "../../builtin/method-table";

const read = (path: string): string => readFileSync(path, "utf8");
const rows = JSON.parse(read("tests/builtin/methods.json")) as Rows;

describe("the built-in model's defaults", () => {
  it("are those that it was made with", () => {
    expect(JSON.parse(read("tools/builtin-model/defaults.json"))).toEqual(builtInDefaults());
  });

  it.each(Object.entries(builtInDefaults()) as [MethodId, FieldValues][])(
    "of %s are its fields",
    (id, values) => {
      expect(METHOD_IDS).toContain(id);
      const fields = [...methodSpecs[id].fields, ...trainingFields];
      for (const [name, value] of Object.entries(values)) {
        const field = fields.find((known) => known.name === name);
        expect(field, name).toBeDefined();
        expect(fieldProblem(field!, value), name).toBeNull();
      }
    },
  );
});

describe("the table of methods", () => {
  it.each(Object.entries(rows))("has %s learn the new voice, or says why not", (_key, row) => {
    if ("refused" in row) return expect(row.refused).toMatch(/\w \w/);
    expect(row.lossAfter).toBeLessThan(row.lossBefore / 10);
    expect(row.scoreAfter).toBeGreaterThan(row.scoreBefore + 50);
    expect(row.trainable).toBeGreaterThan(0);
    expect(row.stepMs).toBeGreaterThan(0);
    expect(row.bytes).toBeGreaterThan(0);
  });

  it("has a row of every method and variant, and of nothing else", () => {
    expect(Object.keys(rows)).toEqual(entries.map(({ key }) => key));
  });

  it("stands in the docs as it was measured", () => {
    expect(read("docs/methods.md")).toContain(formatTable(rows));
  });
});

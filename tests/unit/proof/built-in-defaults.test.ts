import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { trainableCount } from "../../../src/engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../../../src/engine/adapters/common/method";
import { methods } from "../../../src/engine/adapters/registry";
import { elementCount } from "../../../src/engine/graph/value";
import { parameterCount } from "../../../src/engine/nn/model-spec";
import { describeModel } from "../../../src/engine/models/registry";
import { peftFiles } from "../../../src/export/peft";
import { defaultValues, fieldFault, type FieldValues } from "../../../src/shared/fields";
import { METHOD_IDS, type MethodId, methodSpecs } from "../../../src/shared/methods";
import { trainingFields } from "../../../src/shared/training";
import { builtInDefaults } from "../../builtin/built-in";
import { builtOn, entries, type Entry, formatTable, type Rows, shortfall } from "../../builtin/method-table";

const read = (path: string): string => readFileSync(path, "utf8");
const rows = JSON.parse(read("tests/builtin/methods.json")) as Rows;
const spec = describeModel(
  JSON.parse(read("public/models/spruce/config.json")) as Readonly<Record<string, unknown>>,
);

describe("the built-in model's defaults", () => {
  it("match its build", () => {
    expect(JSON.parse(read("tools/builtin-model/defaults.json"))).toEqual(builtInDefaults());
  });

  it.each(Object.entries(builtInDefaults()) as [MethodId, FieldValues][])(
    "of %s match its fields",
    (id, values) => {
      expect(METHOD_IDS).toContain(id);
      const fields = [...methodSpecs[id].fields, ...trainingFields];
      for (const [name, value] of Object.entries(values)) {
        const field = fields.find((known) => known.name === name);
        expect(field, name).toBeDefined();
        expect(fieldFault(field!, value), name).toBeNull();
      }
    },
  );
});

/** Binds a line's method with the built-in model's defaults and the adapters it builds on. */
function bind({ method, options }: Pick<Entry, "method" | "options">): Adapter {
  const own = { ...defaultValues(methodSpecs[method].fields), ...builtInDefaults()[method], ...options };
  const experts = (builtOn[method] ?? []).map(({ method: id, dataset }) => ({
    name: `${id}-${dataset}`,
    config: bind({ method: id, options: {} }).config,
  }));
  return methods[method].bind(own, spec, experts);
}

/** Bytes of the exported folder, which do not depend on the values. */
function exportedBytes(adapter: Adapter): number {
  const zeros = adapter.parameters.map(({ name, shape }): [string, HostTensor] => [
    name,
    { shape, data: new Float32Array(elementCount(shape)) },
  ]);
  const files = peftFiles(adapter, new Map(zeros), "spruce");
  return [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}

describe("the table of methods", () => {
  const measured = entries.flatMap((entry) => {
    const row = rows[entry.key];
    return row && !("refused" in row) ? [{ ...entry, row }] : [];
  });
  const refused = entries.flatMap((entry) => {
    const row = rows[entry.key];
    return row && "refused" in row ? [{ ...entry, row }] : [];
  });

  it.each(measured)("records for $key what the code trains and exports", ({ method, options, row }) => {
    const adapter = bind({ method, options });
    expect(row.trainable).toBe(trainableCount(adapter));
    expect(row.share).toBe(trainableCount(adapter) / parameterCount(spec));
    // The export of a sparse method depends on the weights selected in its run.
    if (!adapter.selection) expect(row.bytes).toBe(exportedBytes(adapter));
  });

  it.each(refused)("records for $key why the code refuses it", (entry) => {
    expect(() => bind(entry)).toThrow(entry.row.refused);
  });

  it("has a row for exactly every method and variant", () => {
    expect(Object.keys(rows)).toEqual(entries.map(({ key }) => key));
  });

  it("is in the docs", () => {
    expect(read("docs/methods.md")).toContain(formatTable(rows));
  });
});

describe("a measured row", () => {
  const row = {
    trainable: 1,
    share: 0.1,
    lossBefore: 5,
    lossAfter: 0.1,
    scoreBefore: 0,
    scoreAfter: 95,
    stepMs: 1,
    bytes: 1,
  };

  it("is kept if the method learned the voice, or refused the model", () => {
    expect(shortfall(row)).toBeNull();
    expect(shortfall({ refused: "This model has no biases." })).toBeNull();
  });

  it.each([
    [{ lossAfter: 0.6 }, /held-out loss/],
    [{ lossAfter: NaN }, /held-out loss/],
    [{ scoreAfter: 50 }, /answers/],
  ])("is not kept with %o", (worse, problem) => {
    expect(shortfall({ ...row, ...worse })).toMatch(problem);
  });
});

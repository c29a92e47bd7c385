import { expect, test } from "vitest";
import * as v from "valibot";
import { count, objectOf, parseAs, recordOf, tryParse } from "../../../src/lib/schema";
import { valueFault } from "../../../src/ui/text/en/value-faults";

const schema = objectOf({
  size: count,
  name: v.nullish(v.string()),
  kind: v.optional(v.picklist(["a", "b", "c"])),
  ids: v.optional(v.union([count, v.array(count)])),
  parts: v.optional(recordOf(objectOf({ on: v.boolean() }))),
});

test("returns valid data, unknown keys included", () => {
  const value = { size: 3, name: null, kind: "b", ids: [1], parts: { "x.y": { on: true } }, more: "text" };
  expect(parseAs(schema, value, { file: "a.json" })).toEqual(value);
  expect(parseAs(schema, { size: 0 }, { file: "a.json" })).toEqual({ size: 0 });
});

test.each([
  [null, "holds null, where an object belongs"],
  [[], "holds a list, where an object belongs"],
  ["x".repeat(50), `holds the text “${"x".repeat(40)}…”, where an object belongs`],
  [undefined, "holds nothing, where an object belongs"],
  [{}, "has no size"],
  [{ size: null }, "has null at size, where a number belongs"],
  [{ size: "3" }, "has the text “3” at size, where a number belongs"],
  [{ size: 1.5 }, "has 1.5 at size, where a whole number belongs"],
  [{ size: -1 }, "has -1 at size, where a number of at least 0 belongs"],
  [{ size: 1, name: false }, "has false at name, where text belongs"],
  [{ size: 1, kind: "d" }, "has the text “d” at kind, where “a”, “b” or “c” belongs"],
  [{ size: 1, ids: "1" }, "has the text “1” at ids, where a number or a list belongs"],
  [{ size: 1, ids: [1, null] }, "has null at ids[1], where a number belongs"],
  [{ size: 1, parts: { "x.y": {} } }, 'has no parts["x.y"].on'],
  [{ size: 1, parts: { x: { on: "yes" } } }, "has the text “yes” at parts.x.on, where true or false belongs"],
])("reports what is wrong with %o, where, and what is expected", (value, fault) => {
  const found = tryParse(schema, value).fault;
  expect(found && valueFault(found)).toBe(fault);
  const origin = { file: "a.json", code: "adapter/value", remedy: "renew-index" } as const;
  expect(() => parseAs(schema, value, origin)).toThrow(
    `a.json ${fault}. Download the file again, or leave it out.`,
  );
});

test("reports the key as the file spells it", () => {
  const origin = { file: "a.gguf", key: "general.sizes" };
  const fault = (value: unknown) => () => parseAs(v.array(v.number()), value, origin);
  expect(fault(undefined)).toThrow("a.gguf has no general.sizes. Check that the file is the right one");
  expect(fault([1, "2"])).toThrow("a.gguf has the text “2” at general.sizes[1], where a number belongs.");
});

import { expect, test } from "vitest";
import { methodOfConfig, methods } from "../../../src/engine/adapters/registry";
import { METHOD_IDS, methodSpecs } from "../../../src/shared/methods";
import { goldenCases, goldenFamilies, type GoldenInfo, readJson } from "../../support/golden";

/** The methods with goldens. */
function provenMethods(): Set<string> {
  const cases = goldenFamilies().flatMap((family) =>
    goldenCases(family).map((name) => [family, name] as const),
  );
  return new Set(
    cases.map(([family, name]) => {
      const { method } = readJson<GoldenInfo>(family, name, "golden.json");
      return method ?? methodOfConfig(readJson(family, name, "adapter_config.json"));
    }),
  );
}

test("every method has a golden case", () => {
  const proven = provenMethods();
  expect(METHOD_IDS.filter((id) => !proven.has(id))).toEqual([]);
});

test("every method has a form, and the form an implementation", () => {
  expect(Object.keys(methods).sort()).toEqual([...METHOD_IDS].sort());
  for (const id of METHOD_IDS) expect(methodSpecs[id].id).toBe(id);
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { storageKinds } from "../../../src/engine/graph/op";

test("docs/methods.md states the number of storage kinds that the contract covers", () => {
  const counts = [...readFileSync("docs/methods.md", "utf8").matchAll(/all (\d+) kinds/g)];
  expect(counts.length).toBeGreaterThan(15);
  expect(new Set(counts.map(([, count]) => Number(count)))).toEqual(new Set([storageKinds.length]));
});

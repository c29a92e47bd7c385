import { describe, expect, it } from "vitest";
import { describeModel } from "../../../src/engine/models/registry";
import { METHOD_IDS } from "../../../src/shared/methods";
import { en } from "../../../src/ui/text/en";
import { capabilityTable, HEAD } from "../../capabilities/capabilities";
import { contractTerms } from "../../support/contract";
import { goldenCases, goldenFamilies, methodOfCase, readJson } from "../../support/golden";
import type { Observation } from "../../support/observe";

/**
 * Every golden case with its method; each is trained against its reference, exported, and loaded by reference
 * libraries.
 */
const cases = goldenFamilies().flatMap((family) =>
  goldenCases(family).map((name) => ({ family, name, method: methodOfCase(family, name) })),
);

describe.each(METHOD_IDS)("%s is checked against its reference", (id) => {
  it("has terms of the contract", () => {
    expect(contractTerms[id].length).toBeGreaterThan(0);
  });

  it("has golden cases on two model types, or on the only one with what it trains", () => {
    const types = new Set(cases.filter(({ method }) => method === id).map(({ family }) => typeOf(family)));
    expect(types.size, `golden cases of ${id}`).toBeGreaterThanOrEqual(id === "full" ? 1 : 2);
  });
});

function typeOf(family: string): unknown {
  return describeModel(readJson(family, "config.json")).family;
}

describe("the capability table", () => {
  const seen = { method: "lora", model: "llama" } as const;
  const row = (observations: readonly Observation[]): string[] =>
    capabilityTable(observations)
      .split("\n")
      .find((line) => line.startsWith(`| ${en.methods.lora.title} |`))!
      .split(" | ");

  it("has a line for every method, with dashes for missing observations", () => {
    const lines = capabilityTable([]).split("\n").slice(HEAD.split("\n").length);
    expect(lines).toHaveLength(METHOD_IDS.length);
    expect(row([]).slice(1)).toEqual([...Array.from({ length: 7 }, () => "–"), "– |"]);
  });

  it("lists observations, and whether they depend on options", () => {
    const cells = row([
      { ...seen, fact: "start", value: 0 },
      { ...seen, fact: "start", value: 0.2 },
      { ...seen, fact: "own parameters", value: true },
      { ...seen, fact: "merged", value: null },
      { ...seen, fact: "saved and loaded", value: 0 },
      { ...seen, fact: "storage", value: "q8_0" },
      { ...seen, fact: "storage", value: "f16" },
      { ...seen, fact: "storage", value: "f16" },
      { ...seen, fact: "refused", value: "It has none." },
      { ...seen, fact: "loaded by", value: "PEFT" },
    ]);
    expect(cells.slice(1)).toEqual([
      ...["by its options", "yes", "no", "exactly", "f16, q8_0", "–", "on llama: It has none.", "PEFT |"],
    ]);
  });

  it("does not count a distance beyond rounding as equal", () => {
    const cells = row([
      { ...seen, fact: "start", value: null },
      { ...seen, fact: "merged", value: 1e-3 },
      { ...seen, fact: "saved and loaded", value: 1e-6 },
    ]);
    expect(cells[1]).toBe("no");
    expect(cells[3]).toBe("no");
    expect(cells[4]).toBe("to 1e-6");
  });
});

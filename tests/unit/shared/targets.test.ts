import { describe, expect, it } from "vitest";
import { patternValue, matchTargets, parseTargets } from "../../../src/engine/adapters/common/targets";
import { LuthierError } from "../../../src/lib/errors";

const layers = Array.from({ length: 500 }, (_, index) => ({
  path: `model.layers.${index}.self_attn.${"aa".repeat(15)}.q_proj`,
}));

function problemOf(work: () => unknown): LuthierError | null {
  const started = performance.now();
  try {
    work();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(LuthierError);
    return error as LuthierError;
  } finally {
    expect(performance.now() - started).toBeLessThan(2000);
  }
}

describe("expressions that choose modules", () => {
  const endless = [
    "(a+)+$",
    "(.*)*x",
    String.raw`(.*\.?)*y`,
    "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)z",
    "(?=(.*)*x)(?=(.*)*y).*",
  ];

  it.each(endless)("%s ends within the budget", (targets) => {
    const { code, field } = problemOf(() => matchTargets({ targets }, layers)) ?? {};
    expect({ code, field }).toEqual({ code: "config", field: "target_modules" });
    expect(problemOf(() => patternValue({ [targets]: 4 }, layers[0]!.path, 8))).toBeNull();
  });

  it("follow Python's syntax", () => {
    const chosen = matchTargets({ targets: String.raw`\Amodel\.layers\.(?P<n>[0-4])\..*\Z` }, layers);
    expect(chosen.length).toBe(5);
    expect(patternValue({ "(?P<n>q)_proj": 4 }, "a.q_proj", 8)).toBe(4);
  });

  it("are refused at their field if invalid", () => {
    expect(problemOf(() => parseTargets("(q|", "exclude_modules"))?.field).toBe("exclude_modules");
    expect(problemOf(() => parseTargets(String.raw`(q)\1`))?.field).toBe("target_modules");
  });
});

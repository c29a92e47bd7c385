import { describe, expect, it } from "vitest";
import { LuthierError } from "../../../src/lib/errors";
import { chosenOf, leafName, togglePaths } from "../../../src/ui/lib/module-names";
import { toProblem } from "../../../src/ui/lib/problem";
import { en } from "../../../src/ui/text/en";
import { tokenRuns } from "../../../src/ui/lib/token-runs";

describe("module names", () => {
  it("are the last parts of paths", () => {
    expect(leafName("model.layers.0.self_attn.q_proj")).toBe("q_proj");
    expect(leafName("lm_head")).toBe("lm_head");
  });

  it("are ticked together, and unticked only if all were ticked", () => {
    expect(chosenOf(["a", "b"], new Set(["b"]))).toBe("some");
    const both = togglePaths(["a", "b"], new Set(["b", "c"]));
    expect([...both].sort()).toEqual(["a", "b", "c"]);
    expect([...togglePaths(["a", "b"], both)]).toEqual(["c"]);
  });
});

describe("tokenRuns", () => {
  it("groups neighbours of equal part and supervision", () => {
    const token = (part: "template" | "prompt" | "answer", supervised = false) => ({
      id: 1,
      text: "x",
      special: false,
      continues: false,
      part,
      supervised,
    });
    const runs = tokenRuns([
      token("template"),
      token("prompt"),
      token("prompt"),
      token("answer"),
      token("answer", true),
    ]);
    expect(runs.map((run) => [run.part, run.supervised, run.tokens.length])).toEqual([
      ["template", false, 1],
      ["prompt", false, 2],
      ["answer", false, 1],
      ["answer", true, 1],
    ]);
  });
});

describe("toProblem", () => {
  it("passes a LuthierError on, and reports the rest as internal", () => {
    const problem = { code: "storage/full", task: "adapter-keep" } as const;
    const data = { problem };
    expect(toProblem(LuthierError.fromData(data))).toEqual(data);
    expect(en.problem(toProblem(new Error("invariant: x")).problem).what).toContain("invariant: x");
  });
});

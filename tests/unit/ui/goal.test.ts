import { describe, expect, test } from "vitest";
import type { DatasetSummary } from "../../../src/shared/data";
import type { ModelSummary } from "../../../src/shared/model";
import { OBJECTIVE_IDS } from "../../../src/shared/objectives";
import {
  possibleObjectives,
  selectGoal,
  selectObjective,
  selectObjectiveProblems,
} from "../../../src/ui/store/goal";

type State = Parameters<typeof selectObjective>[0];

function stateOf(kinds: DatasetSummary["kinds"], rows: number, changes: Partial<State> = {}): State {
  return {
    datasets: [{ id: "d", rows, kinds } as DatasetSummary],
    datasetId: "d",
    model: null,
    goalChoice: null,
    objectiveId: "dpo",
    objectiveEdits: {},
    ...changes,
  };
}

const withEncoder = { model: { autoModel: "AutoModelForSeq2SeqLM" } as ModelSummary };

describe("possible goals follow from the data and the model", () => {
  test.each<[string, State, ReturnType<typeof selectGoal>]>([
    ["nothing", stateOf({}, 0), { goal: "answers", possible: [], fit: "no-data" }],
    ["conversations", stateOf({}, 9), { goal: "answers", possible: ["answers", "text"], fit: "answers" }],
    [
      "conversations, with an encoder",
      stateOf({}, 9, withEncoder),
      { goal: "answers", possible: ["answers"], fit: "answers-only" },
    ],
    ["texts", stateOf({ text: 9 }, 9), { goal: "text", possible: ["text"], fit: "text" }],
    [
      "pairs",
      stateOf({ preference: 9 }, 9),
      { goal: "preferences", possible: ["answers", "text", "preferences"], fit: "preferences" },
    ],
    [
      "pairs, with an encoder",
      stateOf({ preference: 9 }, 9, withEncoder),
      { goal: "preferences", possible: ["answers", "preferences"], fit: "preferences" },
    ],
    [
      "few pairs",
      stateOf({ preference: 2 }, 9),
      { goal: "answers", possible: ["answers", "text", "preferences"], fit: "preferences" },
    ],
    [
      "labelled answers",
      stateOf({ labelled: 9 }, 9),
      { goal: "preferences", possible: ["answers", "text", "preferences"], fit: "labels" },
    ],
  ])("%s", (_, state, expected) => {
    expect(selectGoal(state)).toEqual(expected);
  });

  test("keeps a choice if it is possible", () => {
    expect(selectGoal(stateOf({ preference: 9 }, 9, { goalChoice: "answers" })).goal).toBe("answers");
    expect(selectGoal(stateOf({}, 9, { goalChoice: "text" })).goal).toBe("text");
    expect(selectGoal(stateOf({}, 9, { goalChoice: "text", ...withEncoder })).goal).toBe("answers");
    expect(selectGoal(stateOf({}, 9, { goalChoice: "preferences" })).goal).toBe("answers");
  });
});

describe("the objective", () => {
  test("is none unless preferences are learned", () => {
    expect(selectObjective(stateOf({}, 9))).toBeNull();
    expect(selectObjective(stateOf({ preference: 9 }, 9, { goalChoice: "text" }))).toBeNull();
  });

  test("is the chosen one on pairs, and KTO without pairs", () => {
    const edits = { objectiveEdits: { orpo: { lambda: 0.5 } } };
    const orpo = stateOf({ preference: 9 }, 9, { objectiveId: "orpo", ...edits });
    expect(selectObjective(orpo)).toEqual({ id: "orpo", options: { lambda: 0.5 } });
    expect(possibleObjectives(orpo)).toEqual(OBJECTIVE_IDS);
    const labelled = stateOf({ labelled: 9 }, 9, { objectiveId: "orpo", ...edits });
    expect(possibleObjectives(labelled)).toEqual(["kto"]);
    expect(selectObjective(labelled)).toEqual({
      id: "kto",
      options: { beta: 0.1, desirable_weight: 1, undesirable_weight: 1 },
    });
  });

  test("names an invalid option", () => {
    const wrong = stateOf({ preference: 9 }, 9, { objectiveEdits: { dpo: { beta: 0 } } });
    expect(Object.keys(selectObjectiveProblems(wrong))).toEqual(["beta"]);
  });
});

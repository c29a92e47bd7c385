import { describe, expect, it } from "vitest";
import { readFiles } from "../../../src/data/read/read-files";
import { rowsAsFile } from "../../../src/data/write/export-rows";
import {
  blindTally,
  type RatedAnswer,
  type Rating,
  rowsOfRating,
  type Thumb,
} from "../../../src/shared/ratings";
import type { Row } from "../../../src/shared/rows";

const answer = (adapterId: string | null, thumb: Thumb | null, text = `by ${adapterId}`): RatedAnswer => ({
  ...{ adapterId, merged: false, name: adapterId, text, thumb },
  asked: {
    system: "Be brief.",
    turns: [
      { role: "user", text: "One?" },
      { role: "assistant", text: "1" },
      { role: "user", text: "Two?" },
    ],
  },
});
const rating = (answers: readonly RatedAnswer[], blind = false): Rating => ({
  ...{ id: "1", modelId: "tiny", ratedAt: 0, blind },
  answers,
});
const kinds = (...answers: RatedAnswer[]) => rowsOfRating(rating(answers)).map(({ kind }) => kind);

describe("the rows of a rating", () => {
  it("are pairs if one answer is better, and labels otherwise", () => {
    expect(kinds(answer(null, "down"), answer("a", "up"))).toEqual(["preference"]);
    expect(kinds(answer(null, "down"), answer("a", "up"), answer("b", "up"))).toHaveLength(2);
    expect(kinds(answer(null, null), answer("a", "up"))).toEqual(["labelled"]);
    expect(kinds(answer(null, "down"), answer("a", "down"))).toEqual(["labelled", "labelled"]);
    expect(kinds(answer(null, null), answer("a", null))).toEqual([]);
    // Of equal answers none is better.
    expect(kinds(answer(null, "down", "x"), answer("a", "up", "x"))).toEqual(["labelled", "labelled"]);
  });

  it("round-trip through their file", async () => {
    const rows = [
      ...rowsOfRating(rating([answer(null, "down"), answer("a", "up", "Line\n“two” 🎻")])),
      ...rowsOfRating(rating([answer("a", "down")])),
    ];
    const read: Row[] = [];
    const file = { name: "ratings.jsonl", bytes: rowsAsFile(rows) };
    for await (const some of readFiles([file], {})) read.push(...some);
    expect(read).toEqual(rows);
  });
});

describe("the tally of blind choices", () => {
  it("counts only choices between these voices", () => {
    const ratings = [
      rating([answer(null, "down"), answer("a", "up")], true),
      rating([answer("a", "up"), answer(null, "down")], true),
      rating([answer(null, null), answer("a", null)], true),
      rating([answer(null, "up"), answer("b", "down")], true),
      rating([answer(null, "up"), answer("a", "down")], false),
    ];
    const base = { adapterId: null, merged: false };
    expect(blindTally(ratings, [base, { adapterId: "a", merged: false }])).toEqual({
      choices: 3,
      ties: 1,
      wins: [
        { ...base, count: 0 },
        { adapterId: "a", merged: false, count: 2 },
      ],
    });
  });
});

import { expect, it } from "vitest";
import { hasForeign, markedColumns } from "../../../src/ui/features/compare/marked-columns";
import type { Answer } from "../../../src/ui/store/state";

const answer = (text: string): Answer => ({
  state: "done",
  text,
  ids: [],
  tokensPerSecond: 20,
  finish: "end-token",
  problem: null,
});

it("marks words that differ, unless the answers share too little", () => {
  const [base, near, far] = [
    "The sky is blue.",
    "Arr! The sky is blue.",
    "Nobody knows what lies above us",
  ].map(answer) as [Answer, Answer, Answer];
  const [left, right] = markedColumns([base, near]);
  expect(left?.some(({ differs }) => differs)).toBe(false);
  expect(right?.filter(({ differs }) => differs).map(({ text }) => text)).toEqual(["Arr", "!"]);
  expect(hasForeign([base, near])).toBe(false);
  expect(markedColumns([base, far])).toEqual([null, null]);
  expect(hasForeign([base, far])).toBe(true);
});

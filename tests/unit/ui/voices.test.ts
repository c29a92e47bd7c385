import { describe, expect, it } from "vitest";
import type { AdapterSummary } from "../../../src/shared/adapter";
import type { Answer, Turn } from "../../../src/ui/store/state";
import {
  answerOf,
  baseOnly,
  chooseVoice,
  fitVoices,
  isMergedPair,
  mergedIds,
  mergedVoice,
  readVoice,
} from "../../../src/ui/store/voices";

const library = (...ids: string[]): AdapterSummary[] =>
  ids.map((id) => ({
    id,
    name: id,
    method: { id: "lora", options: {} },
    origin: "trained",
    savedAt: 0,
    trainableParameters: 1,
    sizeBytes: 4,
    format: "peft",
    merges: true,
    steps: 1,
    finalLoss: null,
    validationLoss: null,
  }));

describe("voices", () => {
  it("are the base and the latest adapter until somebody chooses", () => {
    expect(fitVoices(baseOnly, [])).toEqual({ before: null, after: null });
    expect(fitVoices(baseOnly, library("new", "old"))).toEqual({ before: null, after: "new" });
    expect(fitVoices({ before: null, after: "old" }, library("new", "old"))).toEqual({
      before: null,
      after: "old",
    });
  });

  it("give way when their adapter is gone, and never become the same", () => {
    expect(fitVoices({ before: "gone", after: "old" }, library("new", "old"))).toEqual({
      before: null,
      after: "old",
    });
    expect(fitVoices({ before: "new", after: "gone" }, library("new", "old"))).toEqual({
      before: "new",
      after: "old",
    });
    expect(fitVoices({ before: "gone", after: null }, library("new"))).toEqual({
      before: null,
      after: "new",
    });
  });

  it("leave the base on the right where it was put", () => {
    expect(fitVoices({ before: "a", after: null }, library("b", "a"))).toEqual({ before: "a", after: null });
  });

  it("change places when one side takes what the other has", () => {
    expect(chooseVoice({ before: null, after: "a" }, "before", "a")).toEqual({ before: "a", after: null });
    expect(chooseVoice({ before: null, after: "a" }, "before", "b")).toEqual({ before: "b", after: "a" });
  });

  it("may be an adapter's merged into the weights, beside the adapter itself", () => {
    const merged = mergedVoice("a");
    expect(readVoice(merged)).toEqual({ id: "a", merged: true });
    expect(readVoice("a")).toEqual({ id: "a", merged: false });
    const pair = chooseVoice({ before: null, after: "a" }, "before", merged);
    expect(pair).toEqual({ before: merged, after: "a" });
    expect(mergedIds(pair)).toEqual(["a"]);
    expect(isMergedPair(pair)).toBe(true);
    expect(isMergedPair({ before: "b", after: merged })).toBe(false);
    expect(isMergedPair({ before: null, after: merged })).toBe(false);
    expect(fitVoices(pair, library("a"))).toEqual(pair);
    expect(fitVoices(pair, library("b"))).toEqual({ before: null, after: "b" });
    const cannot = library("a").map((adapter) => ({ ...adapter, merges: false }));
    expect(fitVoices(pair, cannot)).toEqual({ before: null, after: "a" });
  });

  it("find their answers wherever they stood", () => {
    const answer = (text: string): Answer => ({
      state: "done",
      text,
      tokensPerSecond: null,
      finish: null,
      problem: null,
    });
    const turn: Turn = {
      id: "1",
      question: "?",
      voices: { before: null, after: "a" },
      before: answer("base"),
      after: answer("a"),
    };
    expect(answerOf(turn, { before: "a", after: null }, "before")?.text).toBe("a");
    expect(answerOf(turn, { before: "a", after: null }, "after")?.text).toBe("base");
    expect(answerOf(turn, { before: null, after: "b" }, "after")).toBeNull();
    expect(answerOf(turn, baseOnly, "after")).toBeNull();
  });
});

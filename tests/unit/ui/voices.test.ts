import { describe, expect, it } from "vitest";
import type { AdapterSummary } from "../../../src/shared/adapter";
import type { Answer, Turn } from "../../../src/ui/store/state";
import {
  adapterVoice,
  answerOf,
  baseOnly,
  chooseVoice,
  fitVoices,
  isMergedPair,
  mergedIds,
  mergedVoice,
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
    expect(fitVoices(baseOnly, library("new", "old"))).toEqual({ before: null, after: adapterVoice("new") });
    expect(fitVoices({ before: null, after: adapterVoice("old") }, library("new", "old"))).toEqual({
      before: null,
      after: adapterVoice("old"),
    });
  });

  it("give way when their adapter is gone, and never become the same", () => {
    expect(
      fitVoices({ before: adapterVoice("gone"), after: adapterVoice("old") }, library("new", "old")),
    ).toEqual({
      before: null,
      after: adapterVoice("old"),
    });
    expect(
      fitVoices({ before: adapterVoice("new"), after: adapterVoice("gone") }, library("new", "old")),
    ).toEqual({
      before: adapterVoice("new"),
      after: adapterVoice("old"),
    });
    expect(fitVoices({ before: adapterVoice("gone"), after: null }, library("new"))).toEqual({
      before: null,
      after: adapterVoice("new"),
    });
  });

  it("leave the base on the right where it was put", () => {
    expect(fitVoices({ before: adapterVoice("a"), after: null }, library("b", "a"))).toEqual({
      before: adapterVoice("a"),
      after: null,
    });
  });

  it("change places when one side takes what the other has", () => {
    expect(chooseVoice({ before: null, after: adapterVoice("a") }, "before", adapterVoice("a"))).toEqual({
      before: adapterVoice("a"),
      after: null,
    });
    expect(chooseVoice({ before: null, after: adapterVoice("a") }, "before", adapterVoice("b"))).toEqual({
      before: adapterVoice("b"),
      after: adapterVoice("a"),
    });
  });

  it("may be an adapter's merged into the weights, beside the adapter itself", () => {
    const merged = mergedVoice("a");
    const pair = chooseVoice({ before: null, after: adapterVoice("a") }, "before", merged);
    expect(pair).toEqual({ before: merged, after: adapterVoice("a") });
    expect(mergedIds(pair)).toEqual(["a"]);
    expect(isMergedPair(pair)).toBe(true);
    expect(isMergedPair({ before: adapterVoice("b"), after: merged })).toBe(false);
    expect(isMergedPair({ before: null, after: merged })).toBe(false);
    expect(fitVoices(pair, library("a"))).toEqual(pair);
    expect(fitVoices(pair, library("b"))).toEqual({ before: null, after: adapterVoice("b") });
    const cannot = library("a").map((adapter) => ({ ...adapter, merges: false }));
    expect(fitVoices(pair, cannot)).toEqual({ before: null, after: adapterVoice("a") });
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
      row: null,
      voices: { before: null, after: adapterVoice("a") },
      before: answer("base"),
      after: answer("a"),
    };
    expect(answerOf(turn, { before: adapterVoice("a"), after: null }, "before")?.text).toBe("a");
    expect(answerOf(turn, { before: adapterVoice("a"), after: null }, "after")?.text).toBe("base");
    expect(answerOf(turn, { before: null, after: adapterVoice("b") }, "after")).toBeNull();
    expect(answerOf(turn, baseOnly, "after")).toBeNull();
  });
});

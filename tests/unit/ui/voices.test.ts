import { describe, expect, it } from "vitest";
import type { AdapterSummary } from "../../../src/shared/adapter";
import type { Answer, Voices } from "../../../src/ui/store/state";
import {
  adapterVoice,
  askedVoices,
  baseOnly,
  chooseVoice,
  columnAnswers,
  fitVoices,
  isMergedPair,
  mergedIds,
  mergedVoice,
  withColumn,
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
  it("default to the base and the latest adapter", () => {
    expect(fitVoices(baseOnly, [])).toEqual([null, null]);
    expect(fitVoices(baseOnly, library("new", "old"))).toEqual([null, adapterVoice("new")]);
    expect(fitVoices([null, adapterVoice("old")], library("new", "old"))).toEqual([
      null,
      adapterVoice("old"),
    ]);
  });

  it("are replaced when their adapter is gone, and never coincide", () => {
    expect(fitVoices([adapterVoice("gone"), adapterVoice("old")], library("new", "old"))).toEqual([
      null,
      adapterVoice("old"),
    ]);
    expect(fitVoices([adapterVoice("new"), adapterVoice("gone")], library("new", "old"))).toEqual([
      adapterVoice("new"),
      adapterVoice("old"),
    ]);
    expect(fitVoices([adapterVoice("gone"), null], library("new"))).toEqual([null, adapterVoice("new")]);
  });

  it("keep the base on the right if chosen", () => {
    expect(fitVoices([adapterVoice("a"), null], library("b", "a"))).toEqual([adapterVoice("a"), null]);
  });

  it("swap when one side takes the other's", () => {
    expect(chooseVoice([null, adapterVoice("a")], 0, adapterVoice("a"))).toEqual([adapterVoice("a"), null]);
    expect(chooseVoice([null, adapterVoice("a")], 0, adapterVoice("b"))).toEqual([
      adapterVoice("b"),
      adapterVoice("a"),
    ]);
  });

  it("may be an adapter merged into the weights, beside the adapter itself", () => {
    const merged = mergedVoice("a");
    const pair = chooseVoice([null, adapterVoice("a")], 0, merged);
    expect(pair).toEqual([merged, adapterVoice("a")]);
    expect(mergedIds(pair)).toEqual(["a"]);
    expect(isMergedPair(pair)).toBe(true);
    expect(isMergedPair([adapterVoice("b"), merged])).toBe(false);
    expect(isMergedPair([null, merged])).toBe(false);
    expect(fitVoices(pair, library("a"))).toEqual(pair);
    expect(fitVoices(pair, library("b"))).toEqual([null, adapterVoice("b")]);
    const cannot = library("a").map((adapter) => ({ ...adapter, merges: false }));
    expect(fitVoices(pair, cannot)).toEqual([null, adapterVoice("a")]);
  });

  it("find their answers whichever side they were on", () => {
    const answer = (text: string): Answer => ({
      state: "done",
      text,
      ids: [],
      tokensPerSecond: null,
      finish: null,
      problem: null,
    });
    const turn = {
      answers: [
        { voice: null, answer: answer("base") },
        { voice: adapterVoice("a"), answer: answer("a") },
      ],
    };
    const texts = (...voices: Voices) => columnAnswers(turn, voices).map((found) => found?.text ?? null);
    expect(texts(adapterVoice("a"), null)).toEqual(["a", "base"]);
    expect(texts(null, adapterVoice("b"), adapterVoice("a"))).toEqual(["base", null, "a"]);
    expect(texts(...baseOnly)).toEqual(["base", null]);
  });

  it("get further columns for unused voices, and lose those whose adapter is gone", () => {
    const adapters = library("new", "old");
    const three = withColumn([null, adapterVoice("new")], adapters);
    expect(three).toEqual([null, adapterVoice("new"), adapterVoice("old")]);
    const four = withColumn(three!, adapters);
    expect(four?.[3]).toEqual(mergedVoice("new"));
    expect(withColumn(four!, adapters)).toBeNull();
    expect(withColumn(baseOnly, [])).toBeNull();
    expect(fitVoices(four!, library("new"))).toEqual([null, adapterVoice("new"), mergedVoice("new")]);
    expect(fitVoices([adapterVoice("old"), adapterVoice("new"), null], library("new"))).toEqual([
      null,
      adapterVoice("new"),
    ]);
    expect(chooseVoice(three!, 2, null)).toEqual([adapterVoice("old"), adapterVoice("new"), null]);
    expect(askedVoices([null, null, adapterVoice("a")])).toEqual([
      { column: 0, voice: null },
      { column: 2, voice: adapterVoice("a") },
    ]);
  });
});

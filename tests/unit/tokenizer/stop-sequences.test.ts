import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { StopSequences } from "../../../src/tokenizer/stop-sequences";
import { StreamDecoder } from "../../../src/tokenizer/stream-decoder";
import { goldenTokenizer, type Style } from "./goldens";

interface StopCase {
  readonly style: Style;
  readonly ids: readonly number[];
  readonly stops: readonly string[];
  /** Tokens after which transformers ends; null where it does not. */
  readonly tokens: number | null;
}

const cases = JSON.parse(
  readFileSync(new URL("../../golden/stops.json", import.meta.url), "utf8"),
) as readonly StopCase[];

/** What is shown after each piece, and at the end. */
function shown(stops: readonly string[], pieces: readonly string[]): string[] {
  const sequences = new StopSequences(stops);
  const texts: string[] = [];
  let text = "";
  for (const piece of pieces) texts.push((text += sequences.push(piece)));
  return [...texts, text + sequences.flush()];
}

describe("stop sequences", () => {
  it("end a text after the same token as in transformers, right before the sequence", () => {
    expect(cases.some(({ tokens }) => tokens === null)).toBe(true);
    for (const { style, ids, stops, tokens } of cases) {
      const tokenizer = goldenTokenizer(style);
      const sequences = new StopSequences(stops);
      const decoder = new StreamDecoder(tokenizer);
      let text = "";
      const end = ids.findIndex((id) => {
        text += sequences.push(decoder.push(id));
        return sequences.found;
      });
      const about = JSON.stringify({ style, stops });
      expect(end < 0 ? null : end + 1, about).toBe(tokens);
      if (end < 0) text += sequences.push(decoder.flush()) + sequences.flush();
      const whole = tokenizer.decode(ids.slice(0, tokens ?? ids.length), { skipSpecialTokens: true });
      const places = stops.map((stop) => whole.indexOf(stop)).filter((place) => place >= 0);
      expect(text, about).toBe(whole.slice(0, Math.min(whole.length, ...places)));
    }
  });

  it("are never shown in part, even across tokens", () => {
    expect(shown(["###"], ["One", "#", "#", "# two"])).toEqual(["One", "One", "One", "One", "One"]);
    expect(shown(["\n\nUser:"], ["Yes.\n", "\nUse", "ful.", "\n\nUs", "er: no"])).toEqual([
      "Yes.",
      "Yes.",
      "Yes.\n\nUseful.",
      "Yes.\n\nUseful.",
      "Yes.\n\nUseful.",
      "Yes.\n\nUseful.",
    ]);
  });

  it("release text that only looked like one", () => {
    expect(shown(["<end>"], ["a <en", "d", " b <"])).toEqual(["a ", "a ", "a <end b ", "a <end b <"]);
  });

  it("find one that starts inside another's prefix", () => {
    expect(shown(["aab"], ["aa", "ab"])).toEqual(["", "a", "a"]);
  });

  it("change nothing if there are none", () => {
    expect(shown([], ["a", "b"])).toEqual(["a", "ab", "ab"]);
  });
});

import { describe, expect, it } from "vitest";
import { tokenPieces } from "../../../src/tokenizer/token-pieces";
import { goldenTokenizer, STYLES } from "./goldens";

const TEXTS = ["A violin 🎻 sings.", "天空是蓝的，龘靐齉。", "naïve café", "👩‍👩‍👧 and 🇨🇭", "plain words"];

describe.each(STYLES)("tokens of the %s style", (style) => {
  const tokenizer = goldenTokenizer(style);

  it("are shown as whole characters even if their bytes are split", () => {
    for (const text of TEXTS) {
      const ids = tokenizer.encode(text, { addSpecialTokens: false });
      const pieces = tokenPieces(ids, tokenizer);
      expect(pieces).toHaveLength(ids.length);
      const joined = pieces.map((piece) => piece.text).join("");
      expect(joined).not.toMatch(/<0x|\uFFFD/);
      expect(joined.trimStart()).toBe(tokenizer.decode(ids, { skipSpecialTokens: false }).trimStart());
      for (const [index, { text: own, continues }] of pieces.entries())
        if (!continues && pieces[index + 1]?.continues !== true)
          expect(own).toBe(tokenizer.tokenText(ids[index]!));
    }
  });
});

describe("tokens of incomplete characters", () => {
  const tokenizer = goldenTokenizer("gpt2");
  const ids = tokenizer.encode("🎻", { addSpecialTokens: false });

  it("are shown at the first token of the character", () => {
    expect(ids.length).toBeGreaterThan(1);
    expect(tokenPieces(ids, tokenizer).map(({ text }) => text)).toEqual([
      "🎻",
      ...ids.slice(1).map(() => ""),
    ]);
  });

  it("are shown as bytes if the rest is missing, or cut off by an end token", () => {
    const cut = ids.slice(0, -1);
    for (const broken of [cut, [...cut, tokenizer.eosId!], ids.slice(1)]) {
      const pieces = tokenPieces(broken, tokenizer);
      expect(pieces.map(({ text }) => text)).toEqual(broken.map((id) => tokenizer.tokenText(id)));
      expect(pieces.every(({ continues }) => !continues)).toBe(true);
    }
  });
});

import { describe, expect, it } from "vitest";
import { diffWords, type DiffWord } from "../../../src/ui/lib/word-diff";

const marked = (words: readonly DiffWord[]) =>
  words.map((word) => (word.differs ? `[${word.text}]` : word.text)).join("");

describe("diffWords", () => {
  it("marks what the other text lacks and keeps every character", () => {
    const { before, after } = diffWords("The sky is  blue.", "Arr! The sky be blue. Matey!");
    expect(marked(before)).toBe("The sky [is]  blue.");
    expect(marked(after)).toBe("[Arr][!] The sky [be] blue. [Matey][!]");
  });

  it("marks nothing in equal texts and everything in foreign ones", () => {
    expect(marked(diffWords("one two", "one two").after)).toBe("one two");
    expect(marked(diffWords("one two", "three").before)).toBe("[one] [two]");
    expect(diffWords("", "new").before).toEqual([]);
  });

  it("compares Chinese by characters", () => {
    expect(marked(diffWords("天空是蓝的", "大人天空是蓝的").after)).toBe("[大][人]天空是蓝的");
  });

  it("marks words, not the space between", () => {
    const { after } = diffWords("It is red.", "It was very dark red.");
    expect(marked(after)).toBe("It [was] [very] [dark] red.");
  });

  it("compares scripts without spaces by words", () => {
    expect(marked(diffWords("ฉันรักแมว", "ฉันรักหมา").after)).toBe("ฉันรัก[หมา]");
  });

  it("finds what long texts have in common", () => {
    const words = Array.from({ length: 3000 }, (_, index) => `w${index}`);
    const { after } = diffWords(words.join(" "), words.toSpliced(1500, 1, "new").join(" "));
    expect(after.filter(({ differs }) => differs).map(({ text }) => text)).toEqual(["new"]);
  });

  it("keeps leading whitespace", () => {
    const { before } = diffWords("  a b", "a b");
    expect(before.map((word) => word.text).join("")).toBe("  a b");
  });
});

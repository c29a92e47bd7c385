import { describe, expect, it } from "vitest";
import { pythonStrip, pythonWords } from "../../../src/lib/python-text";

/** Characters for which Python's str.isspace is true. */
const SPACES =
  "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

describe("pythonStrip", () => {
  it("strips exactly Python's whitespace", () => {
    expect(pythonStrip(`${SPACES}a b${SPACES}`)).toBe("a b");
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      expect(pythonStrip(character) === "").toBe(SPACES.includes(character));
    }
  });

  it("strips one side, or given characters", () => {
    expect(pythonStrip("  a  ", "left")).toBe("a  ");
    expect(pythonStrip("  a  ", "right")).toBe("  a");
    expect(pythonStrip("🎻a🎸🎻", "both", "🎻")).toBe("a🎸");
    expect(pythonStrip("\n  a\n", "left", "\n")).toBe("  a\n");
    expect(pythonStrip("aaa", "both", "a")).toBe("");
    expect(pythonStrip(" a ", "both", "")).toBe(" a ");
  });
});

describe("pythonWords", () => {
  it("splits at whitespace", () => {
    expect(pythonWords("  a\u0085b\u001c c \ufeff ")).toEqual(["a", "b", "c", "\ufeff"]);
    expect(pythonWords(" a b  c ", 1)).toEqual(["a", "b  c "]);
    expect(pythonWords("  ")).toEqual([]);
  });
});

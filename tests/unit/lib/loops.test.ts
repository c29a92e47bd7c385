import { describe, expect, it } from "vitest";
import { endsInLoop } from "../../../src/lib/loops";

/** Whether an answer would be ended, growing by a few characters at a time. */
function isEnded(text: string): boolean {
  for (let length = 1; length <= text.length; length += 3) if (endsInLoop(text.slice(0, length))) return true;
  return false;
}

const PARAGRAPH =
  "The tailor sews a coat for the baker, who bakes a fine cake for the mayor, who in turn invites them both to the harbour feast, where they dance until morning and forget to pay.\n";

describe("a loop", () => {
  it.each([
    ["a word", "The fox went to look" + ", look".repeat(60)],
    ["a sentence", "It is a violin. " + "It is made of wood and it sings. ".repeat(12)],
    ["a paragraph", "First.\n" + PARAGRAPH.repeat(5)],
    ["Chinese", "天空是蓝的，" + "因为天空是蓝的，".repeat(20)],
    ["one letter", "No" + "o".repeat(300)],
    ["blanks without end", "Yes." + " ".repeat(1400)],
    ["a line of a list", "- one\n" + "- the same thing again\n".repeat(15)],
  ])("of %s is detected", (_, text) => {
    expect(isEnded(text)).toBe(true);
  });

  it("is detected only at the end of the text", () => {
    const loop = "look, ".repeat(60);
    expect(endsInLoop(loop)).toBe(true);
    expect(endsInLoop(`${loop}and then it found the way home after all, safe and sound`)).toBe(false);
  });
});

const count = (to: number) => Array.from({ length: to }, (_, index) => index + 1);
const lines = (to: number, line: (n: number) => string) => count(to).map(line).join("\n");

describe("no loop", () => {
  it.each([
    ["a numbered list", lines(60, (n) => `${n}. The item with the number ${n} is on the shelf.`)],
    [
      "a list of like items",
      ["red", "green", "blue", "white", "black", "grey"].map((c) => `- a ${c} box, a ${c} lid`).join("\n"),
    ],
    [
      "a table with equal rows",
      `| name | open | closed |\n|------|------|--------|\n${"| none | yes | no |\n".repeat(6)}`,
    ],
    ["a wide rule of a table", `| a | b |\n|${"-".repeat(200)}|${"-".repeat(200)}|\n| 1 | 2 |`],
    ["a matrix of zeros", `[${"[0, 0, 0, 0, 0, 0, 0, 0],\n".repeat(8)}]`],
    [
      "code with closing braces",
      `${lines(9, (n) => `${"  ".repeat(n)}if (a${n}) {`)}\n${lines(9, (n) => `${"  ".repeat(9 - n)}}`)}\n`,
    ],
    ["code that repeats a call", `${'    print("=" * 40)\n    print()\n'.repeat(4)}    print("done")\n`],
    ["a comment's rule", `# ${"=".repeat(300)}\n# Part one\n# ${"=".repeat(300)}\n`],
    [
      "a poem with a refrain",
      lines(
        6,
        (n) =>
          `Verse ${n} tells of the river and of ${n * 7} ships upon it.\nRow, brothers, row, the tide is low,\nrow, brothers, row, for home.\n`,
      ),
    ],
    [
      "a refrain sung thrice",
      "Row, brothers, row, the tide is low,\nrow, brothers, row, for home.\n".repeat(3),
    ],
    ["a chorus of la", "La la la, la la la, sing along: la la la la la la la la la!\n".repeat(3)],
    ["laughter", `${"Ha".repeat(40)}!`],
    ["a chant in Chinese", "来来来，来来来，大家一起来！".repeat(3)],
    ["digits of a third", `0.${"3".repeat(400)}`],
    ["JSON of like records", `[${count(30).map((id) => `{"id":${id},"ok":true}`)}]`],
    [
      "a counting song",
      lines(20, (n) => `${21 - n} green bottles hanging on the wall, and if one green bottle should fall`),
    ],
  ])("is %s", (_, text) => {
    expect(isEnded(text)).toBe(false);
  });
});

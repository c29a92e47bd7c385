import { expect, it } from "vitest";
import { stopSequences } from "../../../src/ui/lib/stop-lines";

it("reads a stop sequence from each line", () => {
  expect(stopSequences("")).toEqual([]);
  expect(stopSequences("###\n\nUser:\n###\n")).toEqual(["###", "User:"]);
  expect(stopSequences(String.raw`\n\nUser:` + "\n" + String.raw`\\n \t.`)).toEqual(["\n\nUser:", "\\n \t."]);
});

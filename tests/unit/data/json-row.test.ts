import { expect, it } from "vitest";
import { formatOf } from "../../../src/data/read/formats/registry";
import { jsonRow } from "../../../src/data/write/json-row";
import { FORMAT_IDS, type FormatId } from "../../../src/shared/data";
import { alpacaRow, type ConversationRow, type Row } from "../../../src/shared/rows";

const tools = [{ type: "function", function: { name: "price", parameters: {} } }];
const calling: ConversationRow = {
  kind: "conversation",
  system: "Be brief.",
  tools,
  turns: [
    { role: "user", text: "What is spruce?" },
    { role: "assistant", text: "", toolCalls: [{ name: "price", arguments: { wood: "spruce" }, id: "c1" }] },
    { role: "tool", text: "12", name: "price", callId: "c1" },
    { role: "assistant", text: "Twelve.", learned: true },
  ],
};
const rows: Readonly<Record<string, Row>> = {
  "one question": alpacaRow({ instruction: "Name a wood.", input: "", output: "Spruce.\u2028\n" }),
  "a question with input and system": alpacaRow({
    instruction: "Name the wood",
    input: "of a violin's top",
    output: "Spruce.",
    system: "Be brief.",
  }),
  "several questions": alpacaRow({
    instruction: "And now?",
    input: "",
    output: "Maple.",
    history: [["Name a wood.", "Spruce."]],
  }),
  "calls of tools": calling,
  "marked answers": {
    kind: "conversation",
    turns: [
      { role: "user", text: "a" },
      { role: "assistant", text: "b", learned: false },
      { role: "system", text: "Now in French." },
      { role: "user", text: "c" },
      { role: "assistant", text: "d", learned: true },
    ],
  },
  "a text": { kind: "text", text: "  Once upon 🎻\n" },
  "a preference": {
    kind: "preference",
    system: "Be brief.",
    prompt: [{ role: "user", text: "Name a wood." }],
    chosen: [{ role: "assistant", text: "Spruce." }],
    rejected: [{ role: "assistant", text: "Iron." }],
  },
  "a label": {
    kind: "labelled",
    turns: [
      { role: "user", text: "Name a wood." },
      { role: "assistant", text: "Iron." },
    ],
    good: false,
  },
};

it.each(
  Object.entries(rows).flatMap(([name, row]) => FORMAT_IDS.map((format) => [name, format, row] as const)),
)("%s, exported from a file of %s, reads back as the same row", (_name, format: FormatId, row) => {
  const value = JSON.parse(JSON.stringify(jsonRow(row, format))) as Record<string, unknown>;
  expect(formatOf(value)?.read(value)).toEqual(row);
});

it.each([
  ["alpaca", ["instruction", "input", "output"]],
  ["sharegpt", ["conversations"]],
  ["messages", ["messages"]],
  ["prompt-completion", ["prompt", "completion"]],
  ["question-answer", ["question", "answer"]],
  ["dolly", ["instruction", "response"]],
] as const)("a question from a file of %s keeps its fields", (format, fields) => {
  expect(Object.keys(jsonRow(rows["one question"]!, format))).toEqual(fields);
});

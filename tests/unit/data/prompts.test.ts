import { describe, expect, test } from "vitest";
import { readFiles } from "../../../src/data/read/read-files";
import { questionOf, type Row } from "../../../src/shared/rows";

async function read(name: string, content: string, prompts = true): Promise<Row[]> {
  const rows: Row[] = [];
  const file = { name, bytes: new Blob([content]) };
  for await (const some of readFiles([file], { prompts })) rows.push(...some);
  return rows;
}

describe("a file of prompts", () => {
  test.each([
    ["prompt", '{"prompt": "Why?"}\n{"prompt": "How?"}'],
    ["instruction", '[{"instruction": "Why?"}, {"instruction": "How?"}]'],
    ["question", '{"question": "Why?"}\n{"question": "How?"}'],
    ["text", '{"text": "Why?"}\n{"text": "How?"}'],
    [
      "messages",
      '{"messages": [{"role": "user", "content": "Why?"}]}\n{"messages": [{"role": "user", "content": "How?"}]}',
    ],
    [
      "sharegpt",
      '{"conversations": [{"from": "human", "value": "Why?"}]}\n{"conversations": [{"from": "human", "value": "How?"}]}',
    ],
  ])("may lack answers: %s", async (_, content) => {
    const rows = await read("prompts.jsonl", content);
    expect(rows.map(questionOf)).toMatchObject([
      { text: "Why?", answer: "" },
      { text: "How?", answer: "" },
    ]);
  });

  test("keeps answers where there are some, and earlier turns", async () => {
    const rows = await read("p.csv", "prompt,completion\nWhy?,Because.\n");
    expect(rows.map(questionOf)).toMatchObject([{ text: "Why?", answer: "Because." }]);
    const turns = ["Hi", "Hello", "Why?"].map((content, at) => ({
      role: at % 2 ? "assistant" : "user",
      content,
    }));
    const [row] = await read("m.jsonl", JSON.stringify({ messages: turns }));
    expect(row).toMatchObject({ turns: [{ text: "Hi" }, { text: "Hello" }, { text: "Why?" }, { text: "" }] });
  });

  test("is refused as a dataset", async () => {
    await expect(read("p.jsonl", '{"prompt": "Why?"}', false)).rejects.toThrow();
  });
});

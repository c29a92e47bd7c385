import { describe, expect, it } from "vitest";
import { FORMAT_IDS, type FormatId } from "../../../src/shared/data";
import type { ConversationRow, PreferenceRow, Row, RowTurn } from "../../../src/shared/rows";
import { rowFault } from "../../../src/ui/text/en/dataset-faults";
import { fileOf, readAll } from "../../support/read-dataset";

const user = (text: string, input?: string): RowTurn => ({ role: "user", text, ...(input ? { input } : {}) });
const assistant = (text: string, learned?: boolean): RowTurn => ({
  role: "assistant",
  text,
  ...(learned === undefined ? {} : { learned }),
});
const conversation = (turns: readonly RowTurn[], more: Partial<ConversationRow> = {}): Row => ({
  kind: "conversation",
  ...more,
  turns,
});
const preference = (
  prompt: readonly RowTurn[],
  chosen: string,
  rejected: string,
  more: Partial<PreferenceRow> = {},
): Row => ({
  kind: "preference",
  ...more,
  prompt,
  chosen: [assistant(chosen)],
  rejected: [assistant(rejected)],
});

const chat = [
  { role: "user", content: "Name a fish." },
  { role: "assistant", content: "Carp." },
];
const asked = [user("Name a fish."), assistant("Carp.")];
const tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };

/** A row as written, its format, and the expected result. */
const forms: readonly (readonly [string, FormatId, object, Row])[] = [
  [
    "Alpaca",
    "alpaca",
    { instruction: "a", input: "b", output: "c" },
    conversation([user("a", "b"), assistant("c")]),
  ],
  [
    "Alpaca with everything",
    "alpaca",
    { instruction: "a", input: "", output: "c", system: "s", history: [["q", "r"]] },
    conversation([user("q"), assistant("r"), user("a"), assistant("c")], { system: "s" }),
  ],
  ["messages", "messages", { messages: chat }, conversation(asked)],
  ["messages under another name", "messages", { conversations: chat, id: 7 }, conversation(asked)],
  [
    "messages with instructions",
    "messages",
    {
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "system", content: "Be kind." },
        ...chat,
        { role: "system", content: "Now loud." },
        { role: "user", content: "Another." },
        { role: "assistant", content: "PIKE." },
      ],
    },
    conversation([...asked, { role: "system", text: "Now loud." }, user("Another."), assistant("PIKE.")], {
      system: "Be brief.\n\nBe kind.",
    }),
  ],
  [
    "messages of parts, with weights",
    "messages",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Name " },
            { type: "text", text: "a fish." },
          ],
        },
        { role: "assistant", content: "Shark.", weight: 0 },
        { role: "user", content: "No." },
        { role: "assistant", content: "Carp.", weight: 1 },
      ],
    },
    conversation([user("Name a fish."), assistant("Shark.", false), user("No."), assistant("Carp.", true)]),
  ],
  [
    "messages with tools",
    "messages",
    {
      messages: [
        { role: "user", content: "Weather in Ulm?" },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "c1", type: "function", function: { name: "weather", arguments: '{"city": "Ulm"}' } },
          ],
        },
        { role: "tool", tool_call_id: "c1", name: "weather", content: "rain" },
        { role: "assistant", content: "It rains." },
      ],
      tools: [tool],
    },
    conversation(
      [
        user("Weather in Ulm?"),
        {
          role: "assistant",
          text: "",
          toolCalls: [{ name: "weather", arguments: { city: "Ulm" }, id: "c1" }],
        },
        { role: "tool", text: "rain", name: "weather", callId: "c1" },
        assistant("It rains."),
      ],
      { tools: [tool] },
    ),
  ],
  [
    "messages with thoughts",
    "messages",
    { messages: [chat[0], { role: "assistant", content: "Carp.", reasoning_content: "Hm." }] },
    conversation([user("Name a fish."), assistant("<think>\nHm.\n</think>\n\nCarp.")]),
  ],
  [
    "ShareGPT",
    "sharegpt",
    {
      conversations: [
        { from: "system", value: "Be brief." },
        { from: "human", value: "Name a fish." },
        { from: "gpt", value: "Carp." },
      ],
    },
    conversation(asked, { system: "Be brief." }),
  ],
  [
    "ShareGPT with LLaMA-Factory's tags",
    "sharegpt",
    {
      system: "Use tools.",
      tools: JSON.stringify([tool]),
      conversations: [
        { from: "human", value: "Weather?" },
        { from: "function_call", value: '{"name": "weather", "arguments": {"city": "Ulm"}}' },
        { from: "observation", value: "rain" },
        { from: "gpt", value: "It rains." },
      ],
    },
    conversation(
      [
        user("Weather?"),
        { role: "assistant", text: "", toolCalls: [{ name: "weather", arguments: { city: "Ulm" } }] },
        { role: "tool", text: "rain" },
        assistant("It rains."),
      ],
      { system: "Use tools.", tools: [tool] },
    ),
  ],
  [
    "prompt and completion",
    "prompt-completion",
    { prompt: "a", completion: " b" },
    conversation([user("a"), assistant(" b")]),
  ],
  [
    "prompt and completion as messages",
    "prompt-completion",
    { prompt: [{ role: "system", content: "s" }, chat[0]], completion: [chat[1]] },
    conversation(asked, { system: "s" }),
  ],
  [
    "question and answer",
    "question-answer",
    { question: "a", answer: "b", context: "c" },
    conversation([user("a", "c"), assistant("b")]),
  ],
  [
    "Dolly",
    "dolly",
    { instruction: "a", context: "c", response: "b", category: "qa" },
    conversation([user("a", "c"), assistant("b")]),
  ],
  ["text", "text", { text: "Once upon a time", meta: 1 }, { kind: "text", text: "Once upon a time" }],
  [
    "preference",
    "preference",
    { prompt: "a", chosen: "b", rejected: "c" },
    preference([user("a")], "b", "c"),
  ],
  [
    "preference with the prompt within",
    "preference",
    { chosen: "Human: hi\n\nAssistant: hello", rejected: "Human: hi\n\nAssistant: go" },
    preference([user("Human: hi\n\nAssistant:")], " hello", " go"),
  ],
  [
    "preference of messages with the prompt within",
    "preference",
    {
      prompt: "Name a fish.",
      chosen: [{ role: "system", content: "s" }, ...chat],
      rejected: [{ role: "system", content: "s" }, chat[0], { role: "assistant", content: "Cat." }],
    },
    preference([user("Name a fish.")], "Carp.", "Cat.", { system: "s" }),
  ],
  [
    "preference of messages with a prompt",
    "preference",
    { prompt: [chat[0]], chosen: [chat[1]], rejected: [{ role: "assistant", content: "Cat." }] },
    preference([user("Name a fish.")], "Carp.", "Cat."),
  ],
  [
    "preference with LLaMA-Factory's turns",
    "preference",
    {
      conversations: [{ from: "human", value: "Name a fish." }],
      chosen: { from: "gpt", value: "Carp." },
      rejected: { from: "gpt", value: "Cat." },
    },
    preference([user("Name a fish.")], "Carp.", "Cat."),
  ],
  [
    "Alpaca's preference",
    "instruction-preference",
    { instruction: "a", input: "b", chosen: "c", rejected: "d", system: "s" },
    preference([user("a", "b")], "c", "d", { system: "s" }),
  ],
  [
    "a label",
    "labelled",
    { prompt: "a", completion: "b", label: false },
    { kind: "labelled", turns: [user("a"), assistant("b")], good: false },
  ],
  [
    "a label on messages",
    "labelled",
    { messages: chat, kto_tag: true },
    { kind: "labelled", turns: asked, good: true },
  ],
];

describe("formats of rows", () => {
  it.each(forms)("%s", async (_name, format, value, expected) => {
    const texts = [
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      JSON.stringify([value, value]),
      JSON.stringify({ version: 1, data: [value] }),
      `${JSON.stringify(value)}\n${JSON.stringify(value)}\n`,
      `${JSON.stringify(value, null, 2)}\n${JSON.stringify(value, null, 2)}\n`,
    ];
    for (const text of texts) {
      for (const size of [7, 1 << 16]) {
        const { rows, report } = await readAll([fileOf(text, "rows", size)]);
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(row).toEqual(expected);
        expect(report).toMatchObject({ format, problemCount: 0, kinds: { [expected.kind]: rows.length } });
      }
    }
  });

  it("each have a case, except columns that the user assigns", () => {
    const covered = new Set(forms.map(([, format]) => format));
    expect(FORMAT_IDS.filter((id) => id !== "columns" && !covered.has(id))).toEqual([]);
  });

  it("are counted, and each row is read by its own", async () => {
    const values = [{ messages: chat }, { prompt: "a", completion: "b" }, { messages: chat }, { text: "t" }];
    const { rows, report } = await readAll([fileOf(values.map((one) => JSON.stringify(one)).join("\n"))]);
    expect(rows.map(({ kind }) => kind)).toEqual(["conversation", "conversation", "conversation", "text"]);
    expect(report).toMatchObject({
      format: "messages",
      kinds: { conversation: 3, text: 1 },
      duplicates: 1,
    });
  });

  it("count conversations in which answers are marked", async () => {
    const value = { messages: [chat[0], { ...chat[1], weight: 0 }] };
    expect((await readAll([fileOf(JSON.stringify([value, { messages: chat }]))])).report.flaggedRows).toBe(1);
  });

  it.each(["weight", "train", "training"])("read %s as the label of an answer", async (name) => {
    const turns = [
      { from: "human", value: "a" },
      { from: "gpt", value: "b", [name]: name === "weight" ? 0 : false },
      { from: "human", value: "c" },
      { from: "gpt", value: "d", [name]: name === "weight" ? 1 : true },
    ];
    const messages = turns.map(({ from, value, ...rest }) => ({
      role: from === "gpt" ? "assistant" : "user",
      content: value,
      ...rest,
    }));
    const { rows } = await readAll([fileOf(JSON.stringify([{ conversations: turns }, { messages }]))]);
    const marked = conversation([user("a"), assistant("b", false), user("c"), assistant("d", true)]);
    expect(rows).toEqual([marked, marked]);
  });

  it("read a bare list of messages as a conversation, in a list or on a line", async () => {
    for (const text of [JSON.stringify([chat, chat]), `${JSON.stringify(chat)}\n${JSON.stringify(chat)}\n`]) {
      expect((await readAll([fileOf(text)])).rows).toEqual([conversation(asked), conversation(asked)]);
    }
  });

  it("read numbers as classes, not as labels", async () => {
    const { rows } = await readAll([fileOf('[{"prompt": "a", "completion": "b", "label": 1}]')]);
    expect(rows).toEqual([conversation([user("a"), assistant("b")])]);
  });
});

describe("rows of a format that cannot be used", () => {
  const good = { messages: chat };
  const bad: readonly (readonly [string, object, string])[] = [
    ["no list", { messages: "hello" }, 'has a text as "messages", not a list'],
    [
      "no turn",
      { messages: [{ role: "user", content: "a" }, "b"] },
      'has a turn 2 in "messages" that is not an object',
    ],
    ["a role of its own", { messages: [{ role: "narrator", content: "a" }] }, 'unknown role "narrator"'],
    [
      "a picture",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }, chat[1]] },
      "has a turn 1 that is not text but image_url",
    ],
    [
      "no content",
      { messages: [chat[0], { role: "assistant", content: null }] },
      "has a turn 2 that is not text but null",
    ],
    ["no answer", { messages: [chat[0]] }, "has no assistant answer"],
    ["an empty list", { messages: [] }, "has no assistant answer"],
    [
      "a call without a name",
      { messages: [chat[0], { role: "assistant", content: "", tool_calls: [{ function: {} }] }] },
      "has a tool call in turn 2 without a name",
    ],
    [
      "a value that is none",
      { conversations: [{ from: "gpt", value: 5 }] },
      "has a turn 1 that is not text but number",
    ],
    ["tools that are none", { messages: chat, tools: { a: 1 } }, 'has an object as "tools", not a list'],
    [
      "two kinds of answers",
      { chosen: "a", rejected: [chat[1]] },
      "has text as one answer and a list as the other",
    ],
    [
      "half a character",
      { prompt: "a\ud83c", completion: "b" },
      'has half a character (a lone surrogate) in "prompt"',
    ],
    [
      "NUL in a message",
      { messages: [{ role: "user", content: "a\0" }, chat[1]] },
      'has a NUL character in "messages"',
    ],
    ["a text that is none", { text: 7 }, 'has a number as "text", not text'],
  ];

  it.each(bad)("%s", async (_name, value, words) => {
    const values = [good, value, good];
    for (const text of [JSON.stringify(values), values.map((one) => JSON.stringify(one)).join("\n")]) {
      const { rows, report } = await readAll([fileOf(text)]);
      expect(rows).toHaveLength(2);
      expect(report.problems).toHaveLength(1);
      const [problem] = report.problems;
      expect(problem?.row).toBe(2);
      const reason = problem?.reason;
      expect(
        typeof reason === "object" && "kind" in reason && !("code" in reason) && rowFault(reason),
      ).toContain(words);
    }
  });
});

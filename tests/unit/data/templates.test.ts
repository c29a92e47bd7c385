import { describe, expect, it } from "vitest";
import { encodeRow as encodeConversation } from "../../../src/data/encode/encode-row";
import { promptIds } from "../../../src/data/shape/conversation";
import type { RenderingId } from "../../../src/data/shape/prompt-template";
import { renderConversation } from "../../../src/data/shape/templates";
import { messagesConversation, rowConversation } from "../../../src/data/shape/turns";
import { PLAIN_TEMPLATE_IDS } from "../../../src/shared/data";
import type { ChatMessage } from "../../../src/shared/generation";
import { alpacaRow, type AlpacaRow as Row } from "../../../src/shared/rows";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import { goldenFiles, goldenTokenizer, STYLES } from "../tokenizer/goldens";

const chatml = goldenTokenizer("chatml");
/** Alpaca rows are the shortest to write. */
const encodeRow = (given: Row, ...rest: Tail<Parameters<typeof encodeConversation>>) =>
  encodeConversation(alpacaRow(given), ...rest);
type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

const row: Row = { instruction: "Name a wood.", input: "", output: "Spruce." };
const withInput: Row = { ...row, input: "It is light." };
const long: Row = {
  instruction: "And now?",
  input: "",
  output: "Maple.",
  system: "Be brief.",
  history: [
    ["Name a wood.", "Spruce."],
    ["Another.", "Ebony."],
  ],
};

/** The text of a row, with supervised parts in 「」. */
function marked(given: Row, templateId: RenderingId, tokenizer: Tokenizer = chatml): string {
  let text = "";
  let learned = false;
  for (const part of renderConversation(rowConversation(alpacaRow(given)), templateId, tokenizer).parts) {
    if (part.learned !== learned) text += part.learned ? "「" : "」";
    text += part.text;
    learned = part.learned;
  }
  return learned ? `${text}」` : text;
}

describe("plain templates", () => {
  it("match Stanford Alpaca's, with and without input", () => {
    expect(marked(row, "alpaca")).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Response:「Spruce.<|im_end|>」",
    );
    expect(marked(withInput, "alpaca")).toBe(
      "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Input:\nIt is light.\n\n### Response:「Spruce.<|im_end|>」",
    );
  });

  it("match the Human/Assistant template, which strips the end of the question", () => {
    expect(marked(row, "human-assistant")).toBe("Human: Name a wood.\n\nAssistant:「 Spruce.<|im_end|>」");
    expect(marked(withInput, "human-assistant")).toBe(
      "Human: Name a wood.\nIt is light.\n\nAssistant:「 Spruce.<|im_end|>」",
    );
    const loose = { ...row, instruction: "  Name a wood.\n\n" };
    expect(marked(loose, "human-assistant")).toBe(
      "Human:   Name a wood.\n\nAssistant:「 Spruce.<|im_end|>」",
    );
    expect(marked({ ...row, instruction: "" }, "human-assistant")).toBe(
      "Human:\n\nAssistant:「 Spruce.<|im_end|>」",
    );
  });

  it("match the Instruction/Input/Answer template", () => {
    expect(marked(row, "instruction-answer")).toBe(
      "Instruction: Name a wood.\nAnswer:「 Spruce.<|im_end|>」",
    );
    expect(marked(withInput, "instruction-answer")).toBe(
      "Instruction: Name a wood.\nInput: It is light.\nAnswer:「 Spruce.<|im_end|>」",
    );
  });

  it("put earlier turns and a system text first, and supervise every answer", () => {
    expect(marked(long, "human-assistant")).toBe(
      "Be brief.\n\nHuman: Name a wood.\n\nAssistant:「 Spruce.<|im_end|>」\n\nHuman: Another.\n\nAssistant:「 Ebony.<|im_end|>」\n\nHuman: And now?\n\nAssistant:「 Maple.<|im_end|>」",
    );
    expect(marked({ ...long, system: "" }, "alpaca")).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Response:「Spruce.<|im_end|>」\n\n### Instruction:\nAnother.\n\n### Response:「Ebony.<|im_end|>」\n\n### Instruction:\nAnd now?\n\n### Response:「Maple.<|im_end|>」",
    );
  });
});

describe("the model's own chat template", () => {
  it("supervises the answer and its end token, and nothing after it", () => {
    expect(marked(withInput, "chat")).toBe(
      "<|im_start|>system\nYou are a helpful luthier.<|im_end|>\n<|im_start|>user\nName a wood.\nIt is light.<|im_end|>\n<|im_start|>assistant\n「Spruce.<|im_end|>」\n",
    );
  });

  it("supervises every answer of a conversation", () => {
    expect(marked(long, "chat")).toBe(
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nName a wood.<|im_end|>\n<|im_start|>assistant\n「Spruce.<|im_end|>」\n<|im_start|>user\nAnother.<|im_end|>\n<|im_start|>assistant\n「Ebony.<|im_end|>」\n<|im_start|>user\nAnd now?<|im_end|>\n<|im_start|>assistant\n「Maple.<|im_end|>」\n",
    );
  });

  it("supports templates that trim, put a space before the answer, or have no generation prompt", () => {
    const spaced = { ...row, output: "  Spruce.\n" };
    expect(marked(spaced, "chat", goldenTokenizer("llama3"))).toBe(
      "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nName a wood.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n「Spruce.<|eot_id|>」",
    );
    expect(marked(spaced, "chat", goldenTokenizer("llama2"))).toBe(
      "<s>[INST] Name a wood. [/INST]「 Spruce. </s>」",
    );
    expect(marked(long, "chat", goldenTokenizer("llama2"))).toContain(
      "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nName a wood. [/INST]「 Spruce. </s>」<s>[INST] Another. [/INST]「 Ebony. </s>」",
    );
  });

  it("ends with the template's end of turn, whatever the tokenizer's end token is", () => {
    const generationConfig = { eos_token_id: [602, 600] };
    const told = loadTokenizer({ tokenizer: goldenFiles("qwen"), generationConfig });
    for (const qwen of [told, goldenTokenizer("qwen")]) {
      expect(marked(row, "chat", qwen)).toMatch(/「Spruce\.<\|im_end\|>」\n$/);
      const { endIds } = promptIds([{ role: "user", content: "Hi" }], "chat", qwen);
      expect([...endIds].sort()).toEqual([600, 602]);
    }
    // A template without an end token gives the model nothing to stop at.
    const bare = template("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");
    expect(marked(row, "chat", bare)).toBe("user: Name a wood.\n「assistant: Spruce.」\n");
    expect(encodeRow(row, "chat", bare, 100).hasEnd).toBe(false);
  });

  it("finds the end token after an answer that contains it", () => {
    const tricky = { ...row, output: "ChatML ends turns by <|im_end|> tokens" };
    expect(marked(tricky, "chat")).toMatch(/「ChatML ends turns by <\|im_end\|> tokens<\|im_end\|>」\n$/);
  });

  const template = (chatTemplate: string) =>
    loadTokenizer({ tokenizer: { ...goldenFiles("chatml"), chatTemplate } });

  it("supervises every answer even if the template renders earlier ones differently", () => {
    const thinking = template(
      "{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' and loop.last %}(thinks) {% endif %}{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
    );
    expect(marked(long, "chat", thinking)).toBe(
      "system: Be brief.<|im_end|>user: Name a wood.<|im_end|>assistant: 「Spruce.<|im_end|>」user: Another.<|im_end|>assistant: 「Ebony.<|im_end|>」user: And now?<|im_end|>assistant: 「(thinks) Maple.<|im_end|>」",
    );
  });

  it("supervises a complete answer if the generation prompt opens a thinking block, and reports it", () => {
    const opening = template(
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}",
    );
    for (const given of [row, { ...row, output: "<b>Spruce</b>" }, { ...row, output: "" }]) {
      const { excluded, notes } = encodeRow(given, "chat", opening, 100);
      expect([excluded, notes.askedDifferently]).toEqual([null, true]);
      expect(marked(given, "chat", opening)).toMatch(`assistant\n「${given.output}<|im_end|>」`);
    }
    expect(encodeRow(row, "chat", chatml, 100).notes.askedDifferently).toBe(false);
  });

  it("puts the system text before the first question if the template has no system role", () => {
    const refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}";
    const turns =
      "{% for m in messages %}{% if m.role != 'system' %}<|im_start|>{{ m.content }}<|im_end|>{% endif %}{% endfor %}";
    for (const source of [refuses + turns, turns]) {
      const tokenizer = template(source);
      expect(marked(long, "chat", tokenizer)).toMatch(
        /^<\|im_start\|>Be brief\.\n\nName a wood\.<\|im_end\|>/,
      );
      expect(encodeRow(long, "chat", tokenizer, 100).notes.systemInQuestion).toBe(true);
      expect(encodeRow(row, "chat", tokenizer, 100).notes.systemInQuestion).toBe(false);
    }
    expect(encodeRow(long, "chat", chatml, 100).notes.systemInQuestion).toBe(false);
  });

  it("excludes rows that the template refuses or fails on, with the reason", () => {
    const rewriting = template(
      "{% for m in messages %}{{ messages | length }} {{ m.content }}{% endfor %}{% if add_generation_prompt %}>{% endif %}",
    );
    expect(marked(row, "chat", rewriting)).toBe("2 Name a wood.2 「Spruce.」");
    const short = template(
      "{% if messages | length > 3 %}{{ raise_exception('too long') }}{% endif %}{{ messages[0].content }}",
    );
    expect(encodeRow(long, "chat", short, 100).excluded).toEqual({
      code: "tokenizer/chat-refused",
      reason: "too long",
    });
    const failing = template("{{ messages[0].content | nonsense }}");
    expect(encodeRow(row, "chat", failing, 100).excluded).toMatchObject({
      code: "tokenizer/template-failed",
    });
    expect(() => encodeRow(row, "chat", goldenTokenizer("gpt2"), 100)).toThrow(/has no chat template/);
    expect(() => encodeRow(row, "chat", template("{% if"), 100)).toThrow(/chat template ends too early/);
  });

  it("marks the user's text in the prompt", () => {
    const { parts } = renderConversation(rowConversation(alpacaRow(long)), "chat", chatml);
    const prompts = parts.filter(({ part }) => part === "prompt").map(({ text }) => text);
    expect(prompts).toEqual(["Be brief.", "Name a wood.", "Another.", "And now?"]);
  });
});

describe("prompts", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Name a wood." },
    { role: "assistant", content: "Spruce." },
    { role: "user", content: "Another." },
    { role: "assistant", content: "Ebony." },
    { role: "user", content: "And now?" },
  ];

  it.for(
    STYLES.flatMap((style) =>
      (["chat", ...PLAIN_TEMPLATE_IDS] as const).map((templateId) => [style, templateId] as const),
    ),
  )("have exactly the tokens that training sees: %s, %s", ([style, templateId], { skip }) => {
    const hasTemplate = goldenFiles(style).chatTemplate !== null;
    skip(templateId === "chat" && !hasTemplate, `${style} has no chat template`);
    const tokenizer = goldenTokenizer(style);
    const { ids, endIds } = promptIds(messages, templateId, tokenizer);
    const trained = encodeRow(long, templateId, tokenizer, 10_000);
    expect(trained.excluded).toBeNull();
    const prompt = trained.ids.slice(0, ids.length);
    expect([...prompt]).toEqual(ids);
    expect(trained.supervised[ids.length - 1]).toBe(0);
    const after = [...trained.supervised.slice(ids.length)];
    // The template may add text after the end token.
    expect(after.lastIndexOf(1)).toBe(after.indexOf(0) < 0 ? after.length - 1 : after.indexOf(0) - 1);
    expect(endIds.has(trained.ids[ids.length + after.lastIndexOf(1)]!)).toBe(true);
  });

  it("join consecutive questions and skip answers without a question", () => {
    const conversation = messagesConversation([
      { role: "assistant", content: "Hello!" },
      { role: "user", content: "One" },
      { role: "user", content: "Two" },
    ]);
    expect(conversation).toEqual({
      system: null,
      turns: [{ role: "user", text: "One\n\nTwo", input: "" }],
      tools: [],
    });
  });
});

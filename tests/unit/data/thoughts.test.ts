import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RenderingId } from "../../../src/data/shape/prompt-template";
import { renderConversation } from "../../../src/data/shape/templates";
import { rowConversation } from "../../../src/data/shape/turns";
import type { ChatMessage } from "../../../src/shared/generation";
import type { ConversationRow } from "../../../src/shared/rows";
import type { Thoughts } from "../../../src/shared/training";
import { ChatTemplate } from "../../../src/tokenizer/chat/template";
import { goldenTokenizer } from "../tokenizer/goldens";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../golden/tokenizer/${name}`, import.meta.url), "utf8"));

const { templates } = read("conversations.json") as { templates: Readonly<Record<string, string>> };
const goldens = read("thoughts.json") as readonly { messages: ChatMessage[]; ask: boolean; text: string }[];

const row: ConversationRow = {
  kind: "conversation",
  turns: [
    { role: "user", text: "Name a wood." },
    { role: "assistant", text: "<think>\nLight ones first.\n</think>\n\nSpruce." },
    { role: "user", text: "Another." },
    { role: "assistant", text: "<think>\nA dark one.\n</think>\n\nEbony." },
  ],
};

/** The rendered row with supervised parts in 「」, by a test template. */
function marked(template: string, thoughts: Thoughts, templateId: RenderingId = "chat"): string {
  const tokenizer = goldenTokenizer("qwen").withChatTemplate(templates[template]!);
  const conversation = rowConversation(row, { learnFrom: "every", thoughts });
  const { parts } = renderConversation(conversation, templateId, tokenizer);
  let learned = false;
  let text = "";
  for (const part of [...parts, { text: "", learned: false }]) {
    if (part.learned !== learned) text += part.learned ? "「" : "」";
    text += part.text;
    learned = part.learned;
  }
  return text;
}

describe("thinking blocks", () => {
  it.each(goldens)("are rendered as Qwen3's own template does: $text", ({ messages, ask, text }) => {
    const template = new ChatTemplate(templates.qwen3!, {});
    expect(template.render(messages, { addGenerationPrompt: ask })).toBe(text);
  });

  it("are supervised as rendered: gone from earlier turns, kept in the last", () => {
    expect(marked("qwen3", "template")).toBe(
      "<|im_start|>user\nName a wood.<|im_end|>\n<|im_start|>assistant\n「Spruce.<|im_end|>」\n<|im_start|>user\nAnother.<|im_end|>\n<|im_start|>assistant\n「<think>\nA dark one.\n</think>\n\nEbony.<|im_end|>」\n",
    );
    expect(marked("chatml", "template")).toContain(
      "「<think>\nLight ones first.\n</think>\n\nSpruce.<|im_end|>」",
    );
  });

  it("are rendered without loss if masked", () => {
    expect(marked("qwen3", "mask")).toContain(
      "assistant\n「Spruce.<|im_end|>」\n<|im_start|>user\nAnother.<|im_end|>\n<|im_start|>assistant\n<think>\nA dark one.\n</think>\n\n「Ebony.<|im_end|>」",
    );
    expect(marked("chatml", "mask")).toContain(
      "<think>\nLight ones first.\n</think>\n\n「Spruce.<|im_end|>」",
    );
    expect(marked("chatml", "mask", "plain")).toBe(
      "Name a wood.\n<think>\nLight ones first.\n</think>\n\n「Spruce.<|endoftext|>」\n\nAnother.\n<think>\nA dark one.\n</think>\n\n「Ebony.<|endoftext|>」",
    );
  });

  it("are removed from every answer if dropped, except the template's own empty one", () => {
    expect(marked("chatml", "drop")).not.toContain("think");
    expect(marked("qwen3", "drop")).toContain("「<think>\n\n</think>\n\nEbony.<|im_end|>」");
  });

  it("do not change answers without a block, or with markers later on", () => {
    const text = "Write <think> and </think> around it.";
    const other: ConversationRow = {
      kind: "conversation",
      turns: [
        { role: "user", text: "How?" },
        { role: "assistant", text },
      ],
    };
    const [, answer] = rowConversation(other, { learnFrom: "every", thoughts: "drop" }).turns;
    expect(answer?.text).toBe(text);
  });
});

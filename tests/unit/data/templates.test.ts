import { describe, expect, it } from "vitest";
import { encodeRow } from "../../../src/data/encode/encode-row";
import { promptIds } from "../../../src/data/shape/conversation";
import { renderConversation } from "../../../src/data/shape/templates";
import { messagesConversation, rowConversation } from "../../../src/data/shape/turns";
import { type Row, TEMPLATE_IDS, type TemplateId } from "../../../src/spec/data";
import type { ChatMessage } from "../../../src/spec/generation";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import { goldenFiles, goldenTokenizer, STYLES } from "../tokenizer/goldens";

const chatml = goldenTokenizer("chatml");
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

/** The text of a row, with what is learned in 「」, and the end token that is appended as ⏹. */
function marked(given: Row, templateId: TemplateId, tokenizer: Tokenizer = chatml): string {
  let text = "";
  let learned = false;
  for (const part of renderConversation(rowConversation(given), templateId, tokenizer)) {
    if (part.supervised !== learned) text += part.supervised ? "「" : "」";
    text += part.text + (part.endsAnswer ? "⏹" : "");
    learned = part.supervised;
  }
  return learned ? `${text}」` : text;
}

describe("plain templates", () => {
  it("are Stanford Alpaca's own words, with input and without", () => {
    expect(marked(row, "alpaca")).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Response:「Spruce.⏹」",
    );
    expect(marked(withInput, "alpaca")).toBe(
      "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Input:\nIt is light.\n\n### Response:「Spruce.⏹」",
    );
  });

  it("are Human and Assistant, the question stripped at its end", () => {
    expect(marked(row, "human-assistant")).toBe("Human: Name a wood.\n\nAssistant: 「Spruce.⏹」");
    expect(marked(withInput, "human-assistant")).toBe(
      "Human: Name a wood.\nIt is light.\n\nAssistant: 「Spruce.⏹」",
    );
    const loose = { ...row, instruction: "  Name a wood.\n\n" };
    expect(marked(loose, "human-assistant")).toBe("Human:   Name a wood.\n\nAssistant: 「Spruce.⏹」");
    expect(marked({ ...row, instruction: "" }, "human-assistant")).toBe("Human:\n\nAssistant: 「Spruce.⏹」");
  });

  it("are Instruction, Input and Answer, a line each", () => {
    expect(marked(row, "instruction-answer")).toBe("Instruction: Name a wood.\nAnswer: 「Spruce.⏹」");
    expect(marked(withInput, "instruction-answer")).toBe(
      "Instruction: Name a wood.\nInput: It is light.\nAnswer: 「Spruce.⏹」",
    );
  });

  it("put earlier turns and a system text in front, and learn every answer", () => {
    expect(marked(long, "human-assistant")).toBe(
      "Be brief.\n\nHuman: Name a wood.\n\nAssistant: 「Spruce.⏹」\n\nHuman: Another.\n\nAssistant: 「Ebony.⏹」\n\nHuman: And now?\n\nAssistant: 「Maple.⏹」",
    );
    expect(marked({ ...long, system: "" }, "alpaca")).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nName a wood.\n\n### Response:「Spruce.⏹」\n\n### Instruction:\nAnother.\n\n### Response:「Ebony.⏹」\n\n### Instruction:\nAnd now?\n\n### Response:「Maple.⏹」",
    );
  });
});

describe("the model's own chat template", () => {
  it("learns the answer and its end token, and nothing after it", () => {
    expect(marked(withInput, "chat")).toBe(
      "<|im_start|>system\nYou are a helpful luthier.<|im_end|>\n<|im_start|>user\nName a wood.\nIt is light.<|im_end|>\n<|im_start|>assistant\n「Spruce.<|im_end|>」",
    );
  });

  it("learns every answer of a conversation", () => {
    expect(marked(long, "chat")).toBe(
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nName a wood.<|im_end|>\n<|im_start|>assistant\n「Spruce.<|im_end|>」\n<|im_start|>user\nAnother.<|im_end|>\n<|im_start|>assistant\n「Ebony.<|im_end|>」\n<|im_start|>user\nAnd now?<|im_end|>\n<|im_start|>assistant\n「Maple.<|im_end|>」",
    );
  });

  it("works where templates trim, put a space before the answer, and know no opening", () => {
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

  it("knows the end token from generation_config.json", () => {
    const generationConfig = { eos_token_id: [602, 600] };
    const qwen = loadTokenizer({ tokenizer: goldenFiles("qwen"), generationConfig });
    expect(marked(row, "chat", qwen)).toMatch(/「Spruce\.<\|im_end\|>」$/);
    // <|im_end|> is no end token for a tokenizer that knows only <|endoftext|>.
    expect(marked(row, "chat", goldenTokenizer("qwen"))).toMatch(/「Spruce\.」$/);
  });

  it("finds the end token behind an answer that speaks of it", () => {
    const tricky = { ...row, output: "ChatML ends turns by <|im_end|> tokens" };
    expect(marked(tricky, "chat")).toMatch(/「ChatML ends turns by <\|im_end\|> tokens<\|im_end\|>」$/);
  });

  const template = (chatTemplate: string) =>
    loadTokenizer({ tokenizer: { ...goldenFiles("chatml"), chatTemplate } });

  it("learns only the last answer where the template rewrites earlier ones", () => {
    const thinking = template(
      "{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' and loop.last %}(thinks) {% endif %}{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
    );
    expect(marked(long, "chat", thinking)).toBe(
      "system: Be brief.<|im_end|>user: Name a wood.<|im_end|>assistant: Spruce.<|im_end|>user: Another.<|im_end|>assistant: Ebony.<|im_end|>user: And now?<|im_end|>assistant: 「(thinks) Maple.<|im_end|>」",
    );
  });

  it("leaves out rows that it cannot write, and says why", () => {
    const rewriting = template(
      "{% for m in messages %}{{ messages | length }} {{ m.content }}{% endfor %}{% if add_generation_prompt %}>{% endif %}",
    );
    expect(encodeRow(row, "chat", rewriting, 100).excluded).toMatch(/writes the question differently once/);
    const refusing = template(
      "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}",
    );
    expect(encodeRow(long, "chat", refusing, 100).excluded).toMatch(/refuses the conversation: no system/);
    expect(() => encodeRow(row, "chat", goldenTokenizer("gpt2"), 100)).toThrow(/has no chat template/);
  });

  it("marks the words of people in the prompt", () => {
    const parts = renderConversation(rowConversation(long), "chat", chatml);
    const prompts = parts.filter(({ part }) => part === "prompt").map(({ text }) => text);
    expect(prompts).toEqual(["Be brief.", "Name a wood.", "Another.", "And now?"]);
  });
});

describe("asking", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Name a wood." },
    { role: "assistant", content: "Spruce." },
    { role: "user", content: "Another." },
    { role: "assistant", content: "Ebony." },
    { role: "user", content: "And now?" },
  ];

  it.for(STYLES.flatMap((style) => TEMPLATE_IDS.map((templateId) => [style, templateId] as const)))(
    "gives the very tokens that training sees: %s, %s",
    ([style, templateId], { skip }) => {
      const hasTemplate = goldenFiles(style).chatTemplate !== null;
      skip(templateId === "chat" && !hasTemplate, `${style} has no chat template`);
      const tokenizer = goldenTokenizer(style);
      const { ids, endIds } = promptIds(messages, templateId, tokenizer);
      const trained = encodeRow(long, templateId, tokenizer, 10_000);
      expect(trained.excluded).toBeNull();
      const prompt = trained.ids.slice(0, ids.length);
      expect([...prompt]).toEqual(ids);
      expect(trained.supervised[ids.length - 1]).toBe(0);
      expect(trained.supervised.slice(ids.length).every((one) => one === 1)).toBe(true);
      expect([...endIds]).toEqual([...tokenizer.eosIds]);
    },
  );

  it("joins questions in a row and passes over answers to nothing", () => {
    const conversation = messagesConversation([
      { role: "assistant", content: "Hello!" },
      { role: "user", content: "One" },
      { role: "user", content: "Two" },
    ]);
    expect(conversation).toEqual({
      system: null,
      turns: [{ instruction: "One\n\nTwo", input: "", answer: null }],
    });
  });
});

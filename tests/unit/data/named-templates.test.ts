import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeRow } from "../../../src/data/encode/encode-row";
import { promptIds } from "../../../src/data/shape/conversation";
import { namedTemplate } from "../../../src/data/shape/named-templates";
import { shapeOf, templateFacts } from "../../../src/data/shape/prompt-template";
import { renderConversation } from "../../../src/data/shape/templates";
import { rowConversation } from "../../../src/data/shape/turns";
import { NAMED_TEMPLATE_IDS, type NamedTemplateId } from "../../../src/shared/data";
import type { ConversationRow } from "../../../src/shared/rows";
import type { TemplateMessage } from "../../../src/tokenizer/chat/messages";
import { ChatTemplate } from "../../../src/tokenizer/chat/template";
import { goldenTokenizer, STYLES } from "../tokenizer/goldens";

/** Output of tests/oracle/make_template_goldens.py for the published templates. */
interface Golden {
  readonly template: NamedTemplateId;
  readonly bos_token: string;
  readonly eos_token: string;
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly unknown[] | null;
  readonly ask: boolean;
  readonly text: string;
}

const goldens = JSON.parse(
  readFileSync(new URL("../../golden/tokenizer/named-templates.json", import.meta.url), "utf8"),
) as readonly Golden[];

const ROW: ConversationRow = {
  kind: "conversation",
  system: "Be brief.",
  turns: [
    { role: "user", text: "Name a wood." },
    { role: "assistant", text: "Spruce." },
    { role: "user", text: "Another?" },
    { role: "assistant", text: "Maple, then." },
  ],
};

describe("templates by name", () => {
  it.each(goldens.map((golden, index) => ({ name: `${golden.template} ${index}`, golden })))(
    "match the published template: $name",
    ({ golden: { template, bos_token, eos_token, messages, tools, ask, text } }) => {
      const { source } = namedTemplate(template, { hasToken: () => true, hasEnd: true });
      const chat = new ChatTemplate(source, { bos_token, eos_token });
      expect(chat.render(messages, { addGenerationPrompt: ask, tools: tools ?? [] })).toBe(text);
    },
  );

  it("are all compared with a published template", () => {
    expect(new Set(goldens.map(({ template }) => template))).toEqual(new Set(NAMED_TEMPLATE_IDS));
  });

  it.each(
    STYLES.filter((style) => style !== "t5").flatMap((style) =>
      NAMED_TEMPLATE_IDS.map((id) => [id, style] as const),
    ),
  )(
    "supervise every answer with its end token, and prompt with the same tokens: %s on %s",
    (templateId, style) => {
      const base = goldenTokenizer(style);
      const { tokenizer, templateId: rendering } = shapeOf({ templateId }, base);
      const { parts, endIds } = renderConversation(rowConversation(ROW), rendering, tokenizer);
      const learned = parts.filter((part) => part.learned).map(({ text }) => text);
      const answers = learned.join("").split(tokenizer.tokenText(endIds.at(-1)!));
      expect(answers.map((answer) => answer.trim())).toEqual(["Spruce.", "Maple, then.", ""]);
      const encoded = encodeRow(ROW, rendering, tokenizer, 1000);
      expect(encoded.excluded).toBeNull();
      expect(encoded.hasEnd).toBe(true);
      const asked = promptIds(
        [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Name a wood." },
          { role: "assistant", content: "Spruce." },
          { role: "user", content: "Another?" },
        ],
        rendering,
        tokenizer,
      );
      expect([...encoded.ids.slice(0, asked.ids.length)]).toEqual(asked.ids);
      expect(encoded.supervised[asked.ids.length]).toBe(1);
    },
  );

  it("report missing tokens, and a replaced end token", () => {
    const llama2 = goldenTokenizer("llama2");
    expect(templateFacts({ templateId: "llama3" }, llama2)).toMatchObject({
      missing: ["<|start_header_id|>", "<|end_header_id|>"],
      replaced: { token: "<|eot_id|>", end: "</s>" },
    });
    expect(templateFacts({ templateId: "chatml" }, goldenTokenizer("chatml"))).toMatchObject({
      missing: [],
      replaced: null,
    });
    expect(templateFacts({ templateId: "plain" }, llama2).source).toBeNull();
    expect(templateFacts({ templateId: "chat" }, llama2).source).toContain("[INST]");
  });

  it("refuse roles that their format does not support", () => {
    const { source } = namedTemplate("gemma", { hasToken: () => true, hasEnd: true });
    const render = () =>
      new ChatTemplate(source, {}).render([{ role: "tool", content: "12" }], { addGenerationPrompt: false });
    expect(render).toThrow(/no place for the role tool/);
  });
});

describe("a custom template", () => {
  it("replaces the model's", () => {
    const templateSource =
      "{% for m in messages %}{{ m.role }}={{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %};{% endfor %}{% if add_generation_prompt %}assistant={% endif %}";
    const { tokenizer, templateId } = shapeOf(
      { templateId: "custom", templateSource },
      goldenTokenizer("llama2"),
    );
    const { parts } = renderConversation(rowConversation(ROW), templateId, tokenizer);
    const text = parts.map((part) => (part.learned ? `「${part.text}」` : part.text)).join("");
    expect(text).toBe(
      "system=Be brief.;user=Name a wood.;assistant=「Spruce.」「</s>」;user=Another?;assistant=「Maple, then.」「</s>」;",
    );
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ollamaTemplate } from "../../src/export/ollama-template";
import { promptFormat } from "../../src/export/prompt-format";
import { TEMPLATE_IDS } from "../../src/shared/data";
import type { ChatMessage } from "../../src/shared/generation";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";

const GOLDENS = "tests/golden/tokenizer";

const conversations: readonly (readonly ChatMessage[])[] = [
  [{ role: "user", content: 'Say "hello" to {{ .Name }} \\ and <|user|>' }],
  [
    { role: "system", content: "Be brief.\nAnd kind." },
    { role: "user", content: "What is a lantern?" },
  ],
  [
    { role: "user", content: "One?" },
    { role: "assistant", content: "Two." },
    { role: "user", content: "Three?\n\nFour?" },
    { role: "assistant", content: "Five." },
    { role: "user", content: "Six — 七?" },
  ],
];

/**
 * Writes the Modelfile templates of the golden chat templates and of the plain ones, for tests/oracle/ollama/main.go:
 * `node tests/run.mjs tests/oracle/ollama-templates.ts CASES.json`
 */
export function main([file]: string[]): number {
  const { templates } = JSON.parse(readFileSync(join(GOLDENS, "conversations.json"), "utf8")) as {
    templates: Record<string, string>;
  };
  const json = (name: string) =>
    JSON.parse(readFileSync(join(GOLDENS, "chatml", name), "utf8")) as Record<string, unknown>;
  const files = { tokenizer: json("tokenizer.json"), config: json("tokenizer_config.json") };
  const cases: unknown[] = [];
  let unsayable = 0;
  for (const [name, chatTemplate] of Object.entries(templates)) {
    const tokenizer = loadTokenizer({ tokenizer: { ...files, chatTemplate } });
    const all = TEMPLATE_IDS.filter((id) => id !== "custom");
    for (const templateId of name === "chatml" ? all : (["chat"] as const)) {
      const format = promptFormat({ templateId }, tokenizer, "");
      const template = ollamaTemplate(format);
      const title = `${name} ${templateId}`;
      if (template === null) {
        unsayable++;
        console.log(`${title}: not in Ollama's words`);
        continue;
      }
      for (const messages of conversations) {
        const text = format.text(messages);
        const start = text.startsWith(format.startText) ? format.startText.length : 0;
        cases.push({ name: title, template, messages, expected: text.slice(start) });
      }
    }
  }
  writeFileSync(String(file), JSON.stringify(cases));
  return cases.length > 0 && unsayable === 0 ? 0 : 1;
}

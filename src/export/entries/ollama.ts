import type { Problem } from "../../lib/problems/problem";
import { defined } from "../../lib/invariant";
import { defaultGeneration } from "../../shared/generation";
import type { ExportEntry, ExportSource } from "../entry";
import { ollamaTemplate } from "../ollama-template";
import { textFile } from "../streamed-file";
import { GGUF_TYPES, ggufBlocker, ggufModel, ggufNotes } from "./gguf";

/** The merged GGUF with a Modelfile that reproduces the training template. */
export const ollamaEntry: ExportEntry = {
  id: "ollama",
  kind: "folder",
  readers: () => ["Ollama"],
  blocker: (source): Problem | null =>
    ggufBlocker(source) ??
    (ollamaTemplate(source.prompt) === null ? { code: "export/template-not-in-ollama" } : null),
  types: () => GGUF_TYPES,
  notes: ggufNotes,
  async files(source, { type }) {
    return [textFile("Modelfile", modelfile(source)), await ggufModel(source, "model.gguf", type)];
  },
  usage(_source, name) {
    // Ollama only allows ASCII names.
    const model = name.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "tuned";
    const code = `cd path/to/${name}\nollama create ${model} -f Modelfile\nollama run ${model}`;
    return { language: "shell", code };
  },
};

/** Ollama's default context length. */
const CONTEXT = 4096;

/** Sets template, stop sequences and parameters as in Luthier, since Ollama's defaults differ. */
export function modelfile({ prompt, model, base }: Pick<ExportSource, "prompt" | "model" | "base">): string {
  const { temperature, repetitionPenalty } = defaultGeneration;
  const lines = [
    "FROM ./model.gguf",
    `TEMPLATE ${quoted(defined(ollamaTemplate(prompt), "a template"))}`,
    ...(prompt.system === "" ? [] : [`SYSTEM ${quoted(prompt.system)}`]),
    ...prompt.endTexts.map((end) => `PARAMETER stop ${JSON.stringify(end)}`),
    `PARAMETER temperature ${temperature}`,
    `PARAMETER repeat_penalty ${repetitionPenalty}`,
    `PARAMETER num_ctx ${Math.min(CONTEXT, model.spec.maxPositions)}`,
    ...(base.license === "" ? [] : [`LICENSE ${quoted(base.license)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Quotes a Modelfile string. There are no escapes: strings end at the next `"""`, or at a quote that ends a line. */
function quoted(text: string): string {
  return text.includes('"""') ? `"${text}"` : `"""${text}"""`;
}

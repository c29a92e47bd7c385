import { defined } from "../../lib/invariant";
import type { ExportEntry } from "../entry";
import { ggufLoraFile, ggufLoraBlocker } from "../gguf/lora";
import { ignoredWindow, usableTarget } from "../gguf/target";

/** The LoRA as GGUF, for use with its base model as GGUF. */
export const ggufLoraEntry: ExportEntry = {
  id: "gguf-lora",
  kind: "file",
  readers: () => ["llama.cpp", "Ollama", "LM Studio", "node-llama-cpp"],
  blocker: (source) => ggufLoraBlocker({ ...source, spec: source.model.spec }),
  types: () => ["F32", "F16"],
  notes({ model: { spec } }) {
    const tokens = ignoredWindow(spec);
    return [
      { code: "base-needed", format: "gguf" },
      ...(tokens === null ? [] : [{ code: "window-lost", program: "llama.cpp", tokens } as const]),
    ];
  },
  async files(source, { type, name }) {
    const { spec } = source.model;
    const target = defined(usableTarget(spec), "a target");
    const file = ggufLoraFile({ ...source, spec }, target, `${name}.gguf`, type === "F16" ? "F16" : "F32");
    return [file];
  },
  usage: (_source, name) => ({
    language: "shell",
    code: `llama-cli -m path/to/base-model.gguf --lora path/to/${name}.gguf`,
  }),
};

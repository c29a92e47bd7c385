import { modelQuantised } from "../quantised-base";
import type { ExportEntry } from "../entry";
import { generationUsage } from "../generation-usage";
import { mergedFiles } from "../merged";
import { withTemplate } from "../prompt-format";
import { pythonString } from "../../lib/python-string";
import { jsonFile, tokenizerFiles } from "../streamed-file";
import { cannotMerge } from "../blockers";

/** The merged model as a Hugging Face folder. */
export const mergedEntry: ExportEntry = {
  id: "merged",
  kind: "folder",
  readers: () => ["transformers", "vLLM", "TGI", "llama.cpp's converter"],
  blocker: cannotMerge,
  types: () => ["base", "BF16", "F16", "F32"],
  notes({ model }) {
    const how = modelQuantised(model);
    return how ? [{ code: "widened", how }] : [];
  },
  async files(source, { type }) {
    const { folder } = source;
    const files = mergedFiles({
      model: source.model,
      config: folder.config,
      adapter: source.adapter,
      changes: source.changes,
      dtype: type === "F32" || type === "F16" || type === "BF16" ? type : null,
    });
    return [
      ...files,
      ...tokenizerFiles(withTemplate(folder.tokenizer, source.prompt)),
      ...(folder.generationConfig ? [jsonFile("generation_config.json", folder.generationConfig)] : []),
    ];
  },
  usage({ base, prompt }, name) {
    const { autoModel } = base;
    const folder = pythonString(`path/to/${name}`);
    const code = [
      `from transformers import ${autoModel}, AutoTokenizer`,
      `tokenizer = AutoTokenizer.from_pretrained(${folder})`,
      `model = ${autoModel}.from_pretrained(${folder})`,
      generationUsage(prompt, autoModel),
    ].join("\n");
    return { language: "python", code };
  },
};

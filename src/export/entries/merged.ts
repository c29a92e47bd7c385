import { modelQuantised } from "../quantised-base";
import type { ExportEntry } from "../entry";
import { mergedUsage } from "../generation-usage";
import { cardFiles } from "../card-files";
import { mergedFiles } from "../merged";
import { withTemplate } from "../prompt-format";
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
      ...(await cardFiles(source, "merged")),
      ...tokenizerFiles(withTemplate(folder.tokenizer, source.prompt)),
      ...(folder.generationConfig ? [jsonFile("generation_config.json", folder.generationConfig)] : []),
    ];
  },
  usage: ({ base, prompt }, name) => ({
    language: "python",
    code: mergedUsage(base, prompt, `path/to/${name}`),
  }),
};

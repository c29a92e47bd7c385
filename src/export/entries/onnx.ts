import type { ExportEntry, ExportSource } from "../entry";
import { cannotMerge } from "../blockers";
import { EXAMPLE_QUESTION } from "../generation-usage";
import { mergedConfig } from "../merged";
import { onnxFiles } from "../onnx/model-files";
import type { OnnxPrecision } from "../onnx/tensors";
import { withTemplate } from "../prompt-format";
import { jsonFile, tokenizerFiles } from "../streamed-file";
import { pythonString } from "../../lib/python-string";
import type { Problem } from "../../lib/problems/problem";

/** What transformers.js calls the precisions. */
const dtypes: Readonly<Record<OnnxPrecision, string>> = { F32: "fp32", F16: "fp16", Q4: "q4" };

const isPrecision = (type: string | null): type is OnnxPrecision => type !== null && type in dtypes;

/** The merged model for onnxruntime, in the folder that transformers.js loads. */
export const onnxEntry: ExportEntry = {
  id: "onnx",
  kind: "folder",
  readers: () => ["transformers.js", "onnxruntime", "onnxruntime-web"],
  blocker,
  types: () => ["F16", "F32", "Q4"],
  notes: () => [],
  async files(source, { type }) {
    const precision = isPrecision(type) ? type : "F16";
    const { folder, prompt } = source;
    const files = onnxFiles(source, precision);
    const [model] = files;
    const config = {
      ...mergedConfig({ ...source, config: folder.config }, precision === "F16" ? "F16" : "F32"),
      "transformers.js_config": {
        dtype: dtypes[precision],
        use_external_data_format: { [model?.path ?? ""]: files.length - 1 },
      },
    };
    const ends = prompt.endIds.length > 0 ? { eos_token_id: prompt.endIds } : {};
    return [
      jsonFile("config.json", config),
      jsonFile("generation_config.json", { ...folder.generationConfig, ...ends }),
      ...tokenizerFiles(withTemplate(folder.tokenizer, prompt)),
      ...files.map((file) => ({ ...file, path: `onnx/${file.path}` })),
    ];
  },
  usage({ prompt }, name) {
    const folder = pythonString(name);
    const question = { role: "user", content: EXAMPLE_QUESTION } as const;
    const asked =
      prompt.rendering === "chat"
        ? `tokenizer.apply_chat_template([{ role: "user", content: ${pythonString(question.content)} }], {
  add_generation_prompt: true,
  return_dict: true,
})`
        : `tokenizer(${pythonString(prompt.text([question]))})`;
    return {
      language: "javascript",
      code: `import { AutoModelForCausalLM, AutoTokenizer, env } from "@huggingface/transformers";
env.localModelPath = "path/to/";
env.allowRemoteModels = false;
const tokenizer = await AutoTokenizer.from_pretrained(${folder});
const model = await AutoModelForCausalLM.from_pretrained(${folder});
const inputs = ${asked};
const output = await model.generate({ ...inputs, max_new_tokens: 128, do_sample: false });
const answer = output.slice(null, [inputs.input_ids.dims[1], null]);
console.log(tokenizer.batch_decode(answer, { skip_special_tokens: true })[0]);`,
    };
  },
};

function blocker(source: ExportSource): Problem | null {
  const { spec } = source.model;
  if (spec.encoder) return { code: "export/encoder-not-in-onnx", family: spec.family };
  return cannotMerge(source);
}

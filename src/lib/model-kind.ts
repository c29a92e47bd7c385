/** Kinds of models with layers that the engine does not support. */
export type OtherKind = "experts" | "recurrent" | "pictures";

/** Models with recurrent state: linear attention, state spaces, short convolutions. */
const RECURRENT =
  /^(qwen3next|qwen35|mamba|falconmamba|falconh1|jamba|bamba|zamba|granitemoehybrid|granitehybrid|nemotronh|recurrentgemma|rwkv|lfm2|plamo2|minimax|kimilinear)/;

const EXPERTS = /moe|^(mixtral|dbrx|gptoss|deepseekv?[23]|llama4|arctic|grok|qwen35moe)/;

const PICTURES =
  /vl|llava|^(mllama|paligemma|idefics|smolvlm|mistral3|gemma3n|internvl|pixtral|florence|aria)/;

/**
 * Classifies a `model_type` of config.json or an architecture of a GGUF file; null if it is none of these kinds. Both
 * use the same names, with or without separators.
 */
export function otherKind(type: string): OtherKind | null {
  const name = type.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (RECURRENT.test(name)) return "recurrent";
  if (EXPERTS.test(name)) return "experts";
  return PICTURES.test(name) ? "pictures" : null;
}

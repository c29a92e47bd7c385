/** Kinds of models whose layers the engine does not have. */
export type OtherKind = "experts" | "recurrent" | "pictures";

/** Models with layers that carry a state from token to token: linear attention, state spaces, short convolutions. */
const RECURRENT =
  /^(qwen3next|qwen35|mamba|falconmamba|falconh1|jamba|bamba|zamba|granitemoehybrid|granitehybrid|nemotronh|recurrentgemma|rwkv|lfm2|plamo2|minimax|kimilinear)/;

const EXPERTS = /moe|^(mixtral|dbrx|gptoss|deepseekv?[23]|llama4|arctic|grok|qwen35moe)/;

const PICTURES =
  /vl|llava|^(mllama|paligemma|idefics|smolvlm|mistral3|gemma3n|internvl|pixtral|florence|aria)/;

/**
 * Which kind of model a `model_type` of config.json, or an architecture of a GGUF file, stands for; null where it is none
 * of these. Both spell the same names, with and without marks between the words.
 */
export function otherKind(type: string): OtherKind | null {
  const name = type.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (RECURRENT.test(name)) return "recurrent";
  if (EXPERTS.test(name)) return "experts";
  return PICTURES.test(name) ? "pictures" : null;
}

import type { OtherKind } from "../../../../lib/model-kind";
import type {
  ConfigExpectation,
  ModelsProblems,
  RefusedSetting,
} from "../../../../lib/problems/models-problems";
import type { ProblemTexts } from "../../en/problems/words";

const OTHER_FILES = "请确认 config.json 与这些权重属于同一个模型。";

/** What a key should contain, as the end of a sentence. */
function expected(expectation: ConfigExpectation): string {
  switch (expectation.kind) {
    case "whole-number":
      return expectation.min === Number.MIN_SAFE_INTEGER ? "整数" : `不小于 ${expectation.min} 的整数`;
    case "number":
      return "数字";
    case "boolean":
      return "true 或 false";
    case "object":
      return "对象";
    case "bits":
      return "由 0 和 1 组成的列表";
    case "numbers":
      return `${expectation.count} 个数的列表`;
    case "one-of":
      return quoted(expectation.words).join(" 或 ");
    case "list-of":
      return `由 ${quoted(expectation.words).join(" 和 ")} 组成的列表`;
  }
}

function quoted(words: readonly string[]): string[] {
  return words.map((word) => `"${word}"`);
}

const settings: Readonly<Record<RefusedSetting, string>> = {
  add_cross_attention: "交叉注意力（add_cross_attention）",
  apply_residual_connection_post_layernorm:
    "以归一化后的输入做残差连接（apply_residual_connection_post_layernorm）",
  enable_bias: "不带偏置的线性层（enable_bias）",
  final_logit_softcapping: "logit 软截断（final_logit_softcapping）",
  layer_norm_elementwise_affine: "不带权重的归一化层（layer_norm_elementwise_affine）",
  layer_types: "带滑动窗口的层（layer_types）",
  per_layer_config: "大小不一的层（per_layer_config）",
  pruned_heads: "剪去部分头的层（pruned_heads）",
  scale_attn_by_inverse_layer_idx: "按层缩放的注意力（scale_attn_by_inverse_layer_idx）",
  scale_attn_weights: "不缩放的注意力（scale_attn_weights）",
  slow_but_exact: "分片的线性层（slow_but_exact 且 pretraining_tp 大于 1）",
  use_bidirectional_attention: "双向注意力",
};

/** Why a kind of model is not trained, as the end of a sentence. */
export const otherKinds: Readonly<Record<OtherKind, string>> = {
  experts: "它的层为每个 token 在多个专家中选择",
  recurrent: "它的层在 token 之间传递状态（线性注意力、状态空间或卷积）",
  pictures: "它读取图像，其语言模型不能脱离图像单独读取",
};

export const modelsProblems = {
  "model/unknown-family": ({ modelType, kind, known }) => ({
    what: `config.json：model_type ${modelType === null ? "缺失" : `为 ${modelType}`}，Luthier 尚不能训练${kind ? `：${otherKinds[kind]}` : ""}。`,
    advice: `可以训练：${known.join("、")}。`,
  }),
  "model/config-value": ({ key, found, expected: expectation }) => ({
    what: `config.json：${key} ${found === null ? "缺失" : `为 ${found}`}，应为${expected(expectation)}。`,
    advice: "请确认 config.json 与这些权重属于同一个模型，并且支持这类模型。",
  }),
  "model/config-setting": ({ setting }) => ({
    what: `config.json 要求${settings[setting]}，Luthier 不支持该系列的这项设置。`,
    advice: "请选择没有这项设置的检查点。",
  }),
  "model/heads": ({ heads, keyValueHeads, headDim }) => ({
    what: `config.json：${heads} 个宽度为 ${headDim} 的注意力头与 ${keyValueHeads} 个键值头不匹配。`,
    advice: "头的数量必须是键值头数量的倍数，宽度必须为偶数。",
  }),
  "model/hidden-not-multiple": ({ hiddenSize, heads }) => ({
    what: `config.json：隐藏维度 ${hiddenSize} 不是 ${heads} 个注意力头的倍数。`,
    advice: OTHER_FILES,
  }),
  "model/layer-types": ({ key, named, layers }) => ({
    what: `config.json：${key} 列出了 ${named} 层，而 num_hidden_layers 为 ${layers}。`,
    advice: OTHER_FILES,
  }),
  "model/no-window": () => ({
    what: "config.json：sliding_window 为 null，而这类模型在这些层类型下不允许如此。",
    advice: "请设置 sliding_window（Qwen 还要设置 use_sliding_window），或去掉 layer_types。",
  }),
  "model/rope-factor": ({ factor }) => ({
    what: `config.json：rope 的 factor 为 ${factor}。`,
    advice: "它必须大于 0。",
  }),
  "model/rope-partial": ({ factor, kind }) => ({
    what: `config.json：partial_rotary_factor 为 ${factor}，“${kind}”类型的旋转位置不支持。`,
    advice: OTHER_FILES,
  }),
  "model/rope-by-layer": ({ key }) => ({
    what: `config.json 为部分层单独设置了旋转位置（${key}），该系列不支持。`,
    advice: OTHER_FILES,
  }),
  "model/distance-buckets": ({ buckets, maxDistance }) => ({
    what: `config.json：${buckets} 个相对注意力桶与最大距离 ${maxDistance} 不匹配。`,
    advice:
      "relative_attention_num_buckets 必须是 4 的倍数，relative_attention_max_distance 必须大于它的一半。",
  }),
  "model/pad-token": ({ id, vocabularySize }) => ({
    what: `config.json：token ${id}（pad_token_id 或 decoder_start_token_id）超出了大小为 ${vocabularySize} 的词表。`,
    advice: "请设为词表中的 token，或 null。",
  }),
  "model/gguf-key": ({ file, key, value }) => ({
    what: `${file} 将 ${key} 设为 ${value}，Luthier 不支持这类模型的这项设置。`,
    advice: "请选择此模型没有这项设置的其他文件，或其 safetensors 文件夹。",
  }),
  "model/gguf-tensors": ({ file, names, count }) => ({
    what: `${file} 中有 ${count} 个 Luthier 不支持的张量：${names.join("、")}${count > names.length ? "等" : ""}。`,
    advice: "缺少它们模型的结果会不同。请选择其 safetensors 文件夹。",
  }),
  "model/gguf-type": ({ file, tensor, type }) => ({
    what: `${file} 以 ${typeof type === "number" ? `类型 ${type}` : type} 存储张量 ${tensor}，不受支持。`,
    advice:
      "请选择此模型的其他文件，名称应以 Q4_K_M、Q5_K_M、Q6_K、Q8_0、Q4_0、IQ4_XS、MXFP4、F16 或 BF16 结尾。",
  }),
  "model/quantised-otherwise": ({ method }) => ({
    what: `config.json 说明权重由 ${method} 量化，不受支持。`,
    advice: "请选择未量化的检查点、bitsandbytes 的 NF4 检查点，或 GGUF 文件。",
  }),
  "model/no-tensor": ({ name }) => ({
    what: `文件中没有 config.json 要求的张量 ${name}。`,
    advice: "请选择此模型的全部 *.safetensors 文件，以及与之对应的 config.json。",
  }),
  "model/left-over-tensors": ({ names, count }) => ({
    what: `文件中有 ${count} 个张量不属于 config.json 描述的模型：${names.join("、")}${count > names.length ? "等" : ""}。`,
    advice: "缺少它们模型的结果会不同。请确认 config.json 与这些权重属于同一个模型。",
  }),
  "model/embeddings-differ": ({ names: [one, other] }) => ({
    what: `文件中有两个值不同的词嵌入：${one} 和 ${other}。`,
    advice: "该系列的模型在编码器和解码器之间共享一个。请选择其他检查点。",
  }),
} satisfies Partial<ProblemTexts<ModelsProblems>>;

import type { MethodProblems } from "../../../../lib/problems/method-problems";
import type { ProblemTexts } from "../../en/problems/words";

const OTHER_ADAPTERS = "请选择其他适配器。";

const modulesCalled = (modules: readonly string[]): string => `此模型的层名为 ${modules.join("、")}。`;

export const methodProblems = {
  "config/whole-numbers": ({ option, text }) => ({
    what: `${option} 为“${text}”。`,
    advice: "请写从 0 开始的整数，用逗号分隔。",
  }),
  "config/pattern": ({ option, pair }) => ({
    what: `${option} 中的“${pair}”不是 模式=值 的形式。`,
    advice: "请写成 v_proj=16 的形式，用逗号分隔。",
  }),
  "config/target-regex": ({ text }) => ({
    what: `“${text}”不是有效的正则表达式。`,
    advice: "请写用逗号分隔的模块名、正则表达式，或 all-linear。",
  }),
  "config/layers-beside-regex": () => ({
    what: "layers_to_transform 要求 target_modules 为名称列表。",
    advice: "请列出模块名，或把层写进正则表达式。",
  }),
  "config/layers-pattern-alone": () => ({
    what: "layers_pattern 需要 layers_to_transform，而后者为空。",
    advice: "请填写 layers_to_transform，或把 layers_pattern 留空。",
  }),
  "config/all-excluded": ({ modules }) => ({
    what: "exclude_modules 排除了 target_modules 匹配的所有层。",
    advice: modulesCalled(modules),
  }),
  "config/no-target": ({ targets, layers, modules }) => {
    const named = typeof targets === "string" ? targets : targets.join("、");
    return {
      what: `此模型没有与 ${named} 匹配的层${layers ? `（在第 ${layers.join("、")} 层中）` : ""}。`,
      advice: modulesCalled(modules),
    };
  },
  "config/module-names": ({ text }) => ({
    what: `modules_to_save 为“${text}”。`,
    advice: "请写模块路径或路径结尾，用逗号分隔。",
  }),
  "config/no-module": ({ name, modules }) => ({
    what: `此模型没有以 ${name} 结尾的模块。`,
    advice: `此模型的模块名为 ${modules.join("、")}。`,
  }),
  "config/saved-and-targeted": ({ module }) => ({
    what: `${module} 会既被完整训练又带有更新。`,
    advice: "请在 modules_to_save 中写出它的完整路径，或从 target_modules 中去掉。",
  }),
  "config/start-rank": ({ init, module, rank, maxRank }) => ({
    what: `${init} 在 ${module} 中最多能找到 ${maxRank} 个方向，不到 ${rank} 个。`,
    advice: "请减小 r，或选择其他 init_lora_weights。",
  }),
  "config/start-beside": ({ init, option }) => ({
    what: `${init} 不能与 ${option} 同时使用：它以相对初始化的变化保存，无法表示后者。`,
    advice: `请选择其他 init_lora_weights，或关闭 ${option}。`,
  }),
  "config/olora-conv1d": ({ module }) => ({
    what: `olora 不能用于 ${module}，其权重是转置存储的。`,
    advice: "请选择 pissa，或其他 init_lora_weights。",
  }),
  "config/lora-bias-beside-dora": () => ({
    what: "lora_bias 不能与 use_dora 同时使用。",
    advice: "请关闭其中一个。",
  }),
  "config/lora-bias-start": () => ({
    what: "lora_bias 要求 init_lora_weights 为 true。",
    advice: "请把 init_lora_weights 设为 true。",
  }),
  "config/lora-bias-without-bias": ({ module }) => ({
    what: `${module} 没有可供 lora_bias 改变的偏置。`,
    advice: "请关闭 lora_bias，或选择带偏置的层。",
  }),
  "config/blocks-only": ({ option, module }) => ({
    what: `${option} 适用于各块中的线性层，不适用于 ${module}。`,
    advice: `请改用其他设置，或从 target_modules 中去掉 ${module}。`,
  }),
  "config/adapter-count": ({ option, min, max, chosen }) => ({
    what: `${option} 需要 ${min === max ? `${min}` : `${min} 到 ${max}`} 个训练好的适配器，现为 ${chosen} 个。`,
    advice: chosen > max ? "请少选一些。" : "请多选一些，或先训练或加载。",
  }),
  "config/not-language-adapter": ({ name }) => ({
    what: `“${name}”不是 MAD-X 语言适配器。`,
    advice: "请先用“MAD-X 语言适配器”方法训练一个，或加载一个。",
  }),
  "config/not-bottleneck": ({ name }) => ({
    what: `“${name}”不是 Houlsby 或 Pfeiffer 适配器。`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-width": ({ name, width, modelWidth }) => ({
    what: `“${name}”适用于宽度为 ${width} 的模型，而不是 ${modelWidth}。`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-places": ({ first, second }) => ({
    what: `“${first}”和“${second}”在块中的插入位置不同。`,
    advice: "请只选 Houlsby 适配器，或只选 Pfeiffer 适配器。",
  }),
  "config/not-lora": ({ name }) => ({ what: `“${name}”不是 LoRA 适配器。`, advice: OTHER_ADAPTERS }),
  "config/expert-uses-dora": ({ name }) => ({
    what: `“${name}”使用了 DoRA，X-LoRA 不支持。`,
    advice: OTHER_ADAPTERS,
  }),
  "config/expert-trains-more": ({ name, parameter }) => ({
    what: `“${name}”还训练了 ${parameter}，而 X-LoRA 只支持各块内层的 LoRA 矩阵。`,
    advice: OTHER_ADAPTERS,
  }),
  "config/xlora-encoder": () => ({
    what: "X-LoRA 读取解码器的隐藏状态，而此模型还有编码器；PEFT 也不支持这类模型的 X-LoRA。",
    advice: "请选择 LoRA 或 AdapterFusion，它们适用于任何模型。",
  }),
  "config/top-k": ({ topK, adapters }) => ({
    what: `top_k_lora 为 ${topK}，而只选了 ${adapters} 个适配器。`,
    advice: "请不要超过这个数，或填 0 表示全部。",
  }),
  "config/top-k-unset": () => ({
    what: "enable_softmax_topk 需要 top_k_lora。",
    advice: "请设置 top_k_lora，或关闭 enable_softmax_topk。",
  }),
  "config/pass-value-beside-top-k": () => ({
    what: "第一遍中所有门控相等，top_k_lora 无法从中选择。",
    advice: "请把 scaling_pass_value 或 top_k_lora 保持为 0。",
  }),
  "config/layer-count": ({ layers, modelLayers }) => ({
    what: `num_layers 为 ${layers}，而此模型有 ${modelLayers} 层。`,
    advice: `请不要超过 ${modelLayers}。`,
  }),
  "config/nothing-trains": () => ({
    what: "没有任何内容会被训练。",
    advice: "请至少选择一层、归一化层或输出头。",
  }),
  "config/no-biases": ({ family }) => ({
    what: `BitFit 训练偏置，而此 ${family} 系列的模型没有偏置。`,
    advice: "请选择 (IA)³ 或 LoRA，它们在任何模型上都只训练这么少。",
  }),
  "config/feedforward-no-target": ({ module }) => ({
    what: `feedforward_modules 中的 ${module} 没有被 target_modules 匹配。`,
    advice: "请只写也是目标的层。",
  }),
  "config/no-prompt-text": () => ({
    what: "prompt_tuning_init 为 TEXT，但没有文字。",
    advice: "请写出起始文字，或选择其他 prompt_tuning_init。",
  }),
  "config/prompt-text-length": ({ tokens, virtualTokens }) => ({
    what: `文字长 ${tokens} 个 token，而虚拟 token 只有 ${virtualTokens} 个。`,
    advice: `请缩短文字，或把 num_virtual_tokens 设为 ${tokens}。`,
  }),
  "config/prompt-text-tokens": () => ({
    what: "此模型的分词器没有把文字变成任何 token。",
    advice: "请写几个词。",
  }),
  "config/embedding-width": () => ({
    what: "此模型的词嵌入与各块宽度不同，无法在输出头之前还原可逆适配器。",
    advice: "请选择 Pfeiffer，或其他模型。",
  }),
  "config/invertible-width": ({ numbers, factor }) => ({
    what: `${numbers} 除以 ${factor} 后，可逆适配器没有宽度可用。`,
    advice: `请不要超过 ${numbers}。`,
  }),
  "config/norm-after-sum": () => ({
    what: "此模型使用后归一化的块，该方法不支持。",
    advice: "请选择 Houlsby。",
  }),
  "config/intrinsic-dimension": ({ dimension, layers }) => ({
    what: `intrinsic_dimension 为 ${dimension}，而 ${layers} 层各要占用其中一个作为缩放。`,
    advice: `请至少设为 ${layers + 1}，或关闭 structure_aware。`,
  }),
} satisfies Partial<ProblemTexts<MethodProblems>>;

import type { MethodText } from "../../option-texts";
import type { Translation } from "../../translation";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* LoRA, and mixtures of LoRA adapters. */

export const lora = {
  title: "LoRA",
  summary:
    "为每个目标层加上一个可训练的低秩更新。稳妥的首选：效果好、文件小、各处都支持。通过选项可变为 DoRA、rsLoRA、LoRA+ 或 PiSSA；在以 NF4 加载的模型上就是 QLoRA。",
  options: {
    r: { hint: "更新的秩。越大学得越多、开销也越大；数据少时过大会过拟合。" },
    lora_alpha: { hint: "更新按 lora_alpha / r 缩放。通常取 r 的两倍，过大则训练不稳定。" },
    lora_dropout: { hint: "训练时随机丢弃的输入比例，用于防止过拟合。短训练取 0，长训练取 0.05 到 0.1。" },
    target_modules: {
      ...targetModules,
      hint: `${targetModules.hint}也可以写词嵌入和输出头（embed_tokens、lm_head）：适合学习新词，但词表大时开销也大。`,
    },
    bias: {
      hint: "是否也训练偏置。训练过的偏置会改变基座模型，即使其他工具停用了适配器。",
      choices: {
        none: "none",
        lora_only: "lora_only：目标层的偏置",
        all: "all：模型的全部偏置",
      },
    },
    use_rslora: { hint: "改为按 lora_alpha / √r 缩放，秩高时也能持续学习。启用时请调低 lora_alpha。" },
    use_dora: { hint: "DoRA：同时训练每个权重行的幅度。秩低时往往更好，但每步更慢。" },
    loraplus_lr_ratio: {
      hint: "LoRA+：lora_B 的学习率是 lora_A 的多少倍。常用 16，同时学习率减半；1 即普通 LoRA。",
    },
    init_lora_weights: {
      hint: "两个矩阵的初始化方式；训练总是从与基座模型完全相同的状态开始。pissa 和 olora 从权重的一部分开始：往往训练更快，但需要先计算，文件也大一倍。",
      choices: {
        true: "true：Kaiming 均匀分布",
        gaussian: "gaussian：高斯分布",
        pissa: "pissa：权重的主成分",
        olora: "olora：权重的前几个正交列",
      },
    },
    lora_bias: { hint: "给 lora_B 单独加一个偏置。只适用于本来就有偏置的层。" },
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: {
      hint: "为部分层单独设置 lora_alpha，写成 正则=alpha，以第一个匹配为准。",
      placeholder: "v_proj=32",
    },
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
    modules_to_save: {
      hint: "除更新之外还要完整训练的模块：路径或路径结尾，用逗号分隔。适合归一化层；embed_tokens 或 lm_head 会完整计入显存和文件，与词嵌入共享的输出头会因此解绑。",
      placeholder: "留空：无",
    },
  },
} satisfies Translation<MethodText<"lora">>;

export const xlora = {
  title: "X-LoRA",
  summary:
    "逐 token 混合多个训练好的 LoRA 适配器，门控由基座模型的隐藏状态算出，只训练一个小分类器。适合把几个 LoRA 学到的东西合在一起；每个 token 要经过模型两次。",
  options: {
    adapters: {
      hint: "两个或更多训练好的 LoRA 适配器，训练时保持冻结；秩和层可以不同。不支持 DoRA、训练过的偏置和完整训练的模块。",
    },
    top_k_lora: { hint: "每个 token 使用几个适配器，取门控值最大的。0 表示全部使用。" },
    layerwise_scalings: { hint: "每个适配层各有一套门控，而不是共用。更精细，但需要更多数据。" },
    xlora_depth: { hint: "计算门控的分类器的层数。任务容易区分时一层就够。" },
    xlora_size: { hint: "分类器多于一层时的隐藏宽度。" },
    xlora_dropout_p: { hint: "分类器多于一层时，训练中各层之间的 dropout。" },
    enable_softmax: { hint: "让一个 token 的门控之和为 1。否则没有上下限。" },
    softmax_temperature: { hint: "小于 1 时最大的门控权重更大，大于 1 时更平均。" },
    enable_softmax_topk: {
      hint: "对 top_k_lora 保留的门控再做 softmax，使其和重新为 1。可代替 enable_softmax，也可在其后使用。",
    },
    scaling_pass_value: { hint: "第一遍中所有门控的值，分类器读取这一遍的隐藏状态。0 表示只用基座模型。" },
    global_scaling_weight: { hint: "对所有适配器之和的缩放。" },
  },
} satisfies Translation<MethodText<"xlora">>;

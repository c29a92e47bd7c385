import type { MethodText } from "../../option-texts";
import type { Translation } from "../../translation";
import { excludeModules } from "./targeting";

/* Methods that train the model's own weights. */

const sparseTargets = {
  hint: "允许改变权重的层：用逗号分隔的名称、正则表达式，或 all-linear（默认）。即使改变的很少，每个候选权重也需要梯度和两个动量（f32），缩小范围可节省显存。",
  placeholder: "留空：all-linear",
};

export const bitfit = {
  title: "BitFit",
  summary: "只训练模型已有的偏置。极小而温和；模型系列有偏置时（GPT-2、Qwen2），适合改变语气。",
  options: {},
} satisfies Translation<MethodText<"bitfit">>;

export const fishmask = {
  title: "FishMask",
  summary:
    "只训练对这份数据最重要的少数权重，在第一步之前用 Fisher 信息选出。适合得到稀疏、合并后没有额外开销的改动；训练显存按全部候选权重计算。",
  options: {
    keep_ratio: {
      hint: "目标层中参与训练的权重比例。论文用 0.005；越大学得越多、文件也越大，1 表示全部训练。",
    },
    fish_samples: {
      hint: "第一步之前用来估计权重重要性的文本数，每条要过一遍模型。太少则选择不准；论文用 1024。",
    },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
} satisfies Translation<MethodText<"fishmask">>;

export const diffPruning = {
  title: "DiffPruning",
  summary:
    "为每个权重训练一个带门控的改动，之后剪去较小的改动，只继续训练最大的那些。与 FishMask 不同，哪些权重重要是学出来的；显存翻倍。",
  options: {
    target_sparsity: {
      hint: "目标层中最终与原模型不同的权重比例。论文用 0.005；越大学得越多、文件也越大。",
    },
    prune_after: {
      hint: "训练到总步数的多大比例时剪枝，剩下的继续训练。太早会剪掉还没学到的，太晚来不及恢复。提前停止的训练不是稀疏的。",
    },
    sparsity_pen: {
      hint: "对打开的门控的惩罚权重，剪枝前关闭用处最小的门控。过大会全部关闭；为 0 时只看改动大小。论文在数千步中用 1.25e-7；短训练需要更大，如 1e-5。",
    },
    gate_learning_rate_ratio: {
      hint: "门控学习率与改动学习率之比；论文中门控的学习率为 0.1。太小门控不动，太大则随机关闭。",
    },
    alpha_init: {
      hint: "门控的初始值：5 表示几乎全开，0 表示半开。太低开始学得慢；太高则短训练结束前没有门控关闭。",
    },
    concrete_lower: { hint: "门控分布在 0 处截断之前的下限。越接近 0，完全关闭的门控越少。" },
    concrete_upper: { hint: "门控分布在 1 处截断之前的上限。越接近 1，完全打开的门控越少。" },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
} satisfies Translation<MethodText<"diff-pruning">>;

export const lastLayers = {
  title: "最后几层",
  summary:
    "训练模型最后几个块的权重。比小型适配器更强，前面的块不需要反向传播，因此很快；得到的是改动过的模型。",
  options: {
    num_layers: { hint: "从最后数起训练多少个块。越多学得越多、显存越大，也更容易遗忘原有能力。" },
    train_final_norm: { hint: "也训练输出头之前的归一化层。它很小且有帮助；关闭则输出头的输入不变。" },
    train_head: {
      hint: "也训练输出头：词表中每个 token 一行，因此很大。若输出头与词嵌入共享权重，词嵌入也一起训练。",
    },
  },
} satisfies Translation<MethodText<"last-layers">>;

export const full = {
  title: "全量微调",
  summary: "训练模型的全部权重。学得最多，也忘得最多，显存为模型 f32 大小的四倍；适合小模型和大量数据。",
  options: {},
} satisfies Translation<MethodText<"full">>;

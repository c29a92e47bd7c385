import type { MethodText } from "../../option-texts";
import type { Translation } from "../../translation";

/* Bottleneck adapters and the methods built on them. */

const reductionFactor = {
  hint: "瓶颈宽度等于隐藏维度除以该值。值越小瓶颈越宽，学得越多、开销也越大。",
};
const nonLinearity = {
  hint: "两层之间的激活函数。默认值是该方法自己的；通常影响不大。",
  choices: { relu: "relu", swish: "swish", gelu: "gelu", tanh: "tanh" },
};
const dropout = { hint: "训练时随机丢弃的瓶颈输出比例，用于防止过拟合。" };
const start = {
  hint: "各层的初始化方式。两者起步都平缓；mam_adapter 从与基座模型完全相同的状态开始。",
  choices: {
    bert: "bert：正态分布 (0, 0.02)，接近基座模型",
    mam_adapter: "mam_adapter：与基座模型完全相同",
  },
};
const common = {
  reduction_factor: reductionFactor,
  non_linearity: nonLinearity,
  dropout,
  init_weights: start,
};

export const houlsby = {
  title: "Houlsby 适配器",
  summary: "在每个块的注意力之后和前馈层之后各放一个两层小网络。数据少时也学得好；每次回答略慢。",
  options: common,
} satisfies Translation<MethodText<"houlsby">>;

export const pfeiffer = {
  title: "Pfeiffer 适配器",
  summary:
    "每个块只在前馈层之后放一个小网络：开销为 Houlsby 的一半，效果相近。适用于读取 adapters 库格式的工具。",
  options: common,
} satisfies Translation<MethodText<"pfeiffer">>;

export const madXLanguage = {
  title: "MAD-X 语言适配器",
  summary:
    "Pfeiffer 瓶颈加上包住整个模型的可逆网络，用纯文本学习一门语言。先训练它，再在其上训练任务适配器；单独使用并不比 Pfeiffer 好。",
  options: {
    ...common,
    inv_adapter_reduction_factor: {
      hint: "可逆适配器的宽度等于隐藏维度的一半除以该值。值越大适配器越小，学到的语言知识越少。",
    },
  },
} satisfies Translation<MethodText<"mad-x-language">>;

export const madXTask = {
  title: "MAD-X 任务适配器",
  summary:
    "针对任务的 Pfeiffer 瓶颈，叠加在冻结的语言适配器之上。适合独立于语言学习任务；需要一个训练好的语言适配器。",
  options: {
    language_adapter: {
      hint: "任务适配器之下的冻结语言适配器。请先用“MAD-X 语言适配器”方法训练一个，或加载一个。",
    },
    ...common,
  },
} satisfies Translation<MethodText<"mad-x-task">>;

export const fusion = {
  title: "AdapterFusion",
  summary:
    "逐 token 学习如何组合多个训练好的瓶颈适配器，这些适配器保持冻结。适合组合分别学到的任务；训练的参数比适配器本身还多，也是最慢的方法。",
  options: {
    adapters: {
      hint: "两个或更多同一种训练好的瓶颈适配器，训练时保持冻结。每多一个，训练和回答都更慢。",
    },
    regularization: {
      hint: "使 value 矩阵保持接近单位矩阵：加上其与单位矩阵平方距离的 0.01 倍。显示的损失不含这一项。",
    },
    dropout_prob: { hint: "训练时随机丢弃的注意力分数比例，避免某个适配器独大。" },
  },
} satisfies Translation<MethodText<"fusion">>;

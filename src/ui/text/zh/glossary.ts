import type { Text, Translation } from "../translation";

export const glossary = {
  step: "用一批数据更新一次所训练的权重。",
  epoch: "把全部训练数据完整过一遍。",
  batch: "每次更新权重之前一起计算的若干行数据。",
  loss: "模型对正确答案的“意外”程度：它给每个 token 的概率取负对数后的平均值。越低越好，0 表示完全确定。",
  validation:
    "在留出、未参与训练的数据上的损失。它反映学到的内容是否适用于没见过的数据；训练损失下降而它上升，就是过拟合。",
  learningRate: "每一步中权重移动的幅度。",
  gradientNorm: "一步之中权重被拉动的力度。突然的尖峰说明训练不稳定。",
  token: "模型读取文本的最小单位：一个词、词的一部分或一个符号。",
  lora: "低秩适配：模型本身不变，只训练附加在各个大矩阵旁的两个小矩阵。",
  rank: "适配器矩阵的内部维度。秩越高，能学的越多，占用的内存也越多。",
  alpha: "适配器作用的系数：其输出会乘以 alpha / r。",
  dropout: "每一步随机关闭一部分数值，用于抑制过拟合。",
  adapter: "只包含训练得到的权重。体积很小，会改变基础模型的回答。",
  quantised: "用更少的位数（常为 4 位）存储权重。显存降到约四分之一，精度略有损失。",
  perplexity: "损失的指数：相当于模型每次在多少个同样可能的 token 之间选择。越低越好。",
  maxLength: "超过这么多 token 的行会被截断。越长越占内存。",
  seed: "随机选择的起点。种子相同，训练过程就相同。",
  temperature: "选取下一个 token 的随意程度。为 0 时总是选最可能的。",
} satisfies Translation<Text["glossary"]>;

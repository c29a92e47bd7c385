import type { Text, Translation } from "../translation";

/** What other trainers do otherwise than a run here. */
export const trainerGaps = {
  "dropout-draws": "dropout 丢弃的元素不同，因此损失从第一步起就不同。",
  "packing-undone": "打包进同一序列的行改为各占一条序列：损失相同，填充更多。",
  "base-quantised": "这次训练使用量化的基座模型，其数值与全精度以及其他库的量化略有不同。",
  "base-gguf":
    "这次训练使用 GGUF 文件。请指定含 transformers 权重的仓库或文件夹；如果该文件是量化的，损失会不同。",
  "batch-order": "行的打乱和分批方式不同。",
  "start-values": "适配器从不同的随机值开始。",
  "optimizer-state": "这次训练沿用了适配器的优化器状态，在那里会重新开始。",
  "loss-mean": "在多个 GPU 上使用梯度累积时，各小批的权重可能不按 token 数计算。",
  "tokenized-again": "该工具会逐段重新切分每一行的文本。zip 中的 README 说明有多少行因此得到不同的 token。",
  "base-dropout": "不能开关基座模型自带的 dropout。",
  "best-values": "结束时不恢复验证损失最低的值。",
  "early-stopping": "不会提前停止。",
  "lora-start": "适配器按 LoRA 的默认方式初始化，与这次训练不同。",
  "rank-patterns": "略去单个模块的秩和 alpha（rank_pattern、alpha_pattern）。",
  biases: "不训练偏置。",
  "adapter-plus": "略去 LoRA+ 的学习率倍数。",
  "likelihood-term": "略去训练目标中附加的交叉熵。",
  "time-limit": "略去训练时间上限，会训练全部步数。",
  "best-by-score": "最佳值和提前停止由验证损失决定，而不是评分。",
  "scores-on-the-way": "训练途中不回答留出的行，也不评分。",
} satisfies Translation<Text["export"]["gaps"]["sentences"]>;

import type { TrainerGap } from "../../../shared/exports";

/** What other trainers do otherwise than a run here. */
export const trainerGaps: Readonly<Record<TrainerGap, string>> = {
  "dropout-draws": "Dropout 丢弃的元素不同，因此从第一步起损失就不同。",
  "packing-undone": "打包进同一序列的行改为每行一个序列：损失相同，填充更多。",
  "base-quantised": "此次训练在量化的基座模型上进行，其数值与全精度或其他库的量化略有不同。",
  "base-gguf":
    "此次训练使用了 GGUF 文件。请指定该模型的 transformers 权重所在的仓库或文件夹；若文件经过量化，损失会不同。",
  "batch-order": "行的打乱和分批方式不同。",
  "start-values": "适配器从其他随机值开始。",
  "optimizer-state": "此次训练接着一个适配器及其优化器状态继续；在那里优化器从头开始。",
  "loss-mean": "在多块 GPU 上累积梯度时，各微批次可能不按词元数加权。",
  "tokenized-again": "该工具会逐段重新切分每行文本。zip 中的 README 说明有多少行因此得到不同的词元。",
  "base-dropout": "无法开启或关闭基座模型自身的 dropout。",
  "best-values": "结束时不会恢复验证损失最低的数值。",
  "early-stopping": "训练不会提前停止。",
  "lora-start": "适配器按 LoRA 的默认方式初始化，而不是此次训练的方式。",
  "rank-patterns": "不含单个模块的秩和 alpha（rank_pattern、alpha_pattern）。",
  biases: "不训练偏置。",
  "adapter-plus": "不含 LoRA+ 的学习率比值。",
  "likelihood-term": "不含目标附加的交叉熵。",
};

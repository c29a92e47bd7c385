import type { Text, Translation } from "../translation";

/* Training and generation fields. */

export const trainingOptions = {
  epochs: { label: "训练轮数", hint: "遍历数据的次数。通常 1 到 3 轮；数据少时轮数多会过拟合。" },
  maxSteps: { label: "最大步数", hint: "达到这么多优化步后停止。0 表示训练完所有轮数。" },
  batchSize: { label: "批大小", hint: "每批的行数。越大越稳定，占用显存也越多。" },
  gradientAccumulation: {
    label: "梯度累积",
    hint: "每步之前累加多少批：不增加显存即可得到更大的批。",
  },
  learningRate: { label: "学习率", hint: "每步的大小。太高损失会发散，太低则几乎不变。" },
  weightDecay: { label: "权重衰减", hint: "把训练的权重拉向零。0 到 0.1。" },
  warmupSteps: {
    label: "预热步数",
    hint: "学习率从零升高所用的步数。总步数不多于此的训练以十分之一的步数预热。",
  },
  schedule: {
    label: "学习率调度",
    hint: "预热之后学习率如何变化。",
    choices: { linear: "linear（线性）", cosine: "cosine（余弦）", constant: "constant（恒定）" },
  },
  maxGradNorm: { label: "梯度裁剪", hint: "裁剪异常大的梯度（最大范数）。0 表示关闭。" },
  maxLength: {
    label: "最大长度",
    hint: "每行最多的 token 数。更长的行会被截断，并在数据视图中计数；显存随之增加。",
  },
  learnFrom: {
    label: "学习哪些回答",
    hint: "学习对话中的哪些回答。文件中权重为 0 的回答只有在最后一个时才学习。",
    choices: { every: "所有回答", last: "最后一个回答", flagged: "文件标记的回答" },
  },
  thoughts: {
    label: "思考块",
    hint: "回答中 <think> 与 </think> 之间的内容。支持它的模板大多会在较早的轮次中省略它。",
    choices: { template: "按模板处理", mask: "读取但不学习", drop: "从所有回答中去掉" },
  },
  mixShare: {
    label: "混入比例",
    hint: "每轮中来自另一个数据集的行所占比例。在纯文本之外混入一些对话，可让模型保持对话能力。0 表示关闭。",
  },
  validationSplit: { label: "验证集比例", hint: "留作验证的行所占比例。为 0 时无法发现过拟合。" },
  evalSteps: { label: "验证间隔", hint: "每隔多少步在验证集上评估一次。0 表示每轮一次，且至少五次。" },
  earlyStoppingPatience: {
    label: "早停耐心",
    hint: "连续这么多次评估没有改善就停止。0 表示不早停。",
  },
  keepCheckpoints: {
    label: "保留检查点",
    hint: "在途中保留这么多个验证损失最低的适配器，供对比和导出。0 表示只保留最后一个。",
  },
  sampleEvery: {
    label: "试答间隔",
    hint: "每隔多少步回答一行验证数据，便于观察学习过程。0 表示关闭。",
  },
  seed: { label: "随机种子", hint: "种子相同，训练结果相同。" },
  loadBestModelAtEnd: {
    label: "结束时取最佳模型",
    hint: "保留验证损失最低的权重，而不是最后的权重。",
  },
  packing: {
    label: "打包",
    hint: "把多个短行放进一条序列，彼此不可见。长度差别大时更快。",
  },
  gradientCheckpointing: {
    label: "梯度检查点",
    hint: "重新计算每个块的激活值而不是保存：显存大幅减少，时间约增加三分之一，结果相同。",
  },
  baseModelDropout: {
    label: "模型自带的 dropout",
    hint: "与 Hugging Face 训练一样，应用模型 config.json 中的 dropout：GPT-2、OPT、T5 为 0.1，多数其他模型没有。",
  },
  continueAdapter: {
    label: "从已加载的适配器继续",
    hint: "继续训练正在使用的适配器。方法和选项必须与训练时相同。若保留了优化器状态则一并继续，否则重新开始。",
  },
} satisfies Translation<Text["trainingOptions"]>;

export const answerOptions = {
  temperature: { label: "温度", hint: "0 总是选最可能的词。0.7 左右有变化，1.5 以上会语无伦次。" },
  topP: { label: "Top p", hint: "只在概率之和达到该值的最可能的词中采样。1 表示全部。" },
  maxNewTokens: { label: "最大生成长度", hint: "回答的最大长度，以 token 计。" },
  topK: { label: "Top k", hint: "只在这么多个最可能的词中采样。0 表示关闭。" },
  repetitionPenalty: { label: "重复惩罚", hint: "大于 1 时避免用过的词；过大则句子不通。" },
  noRepeatNgramSize: { label: "禁止重复的 n-gram 长度", hint: "不重复这么多个 token 的序列。0 表示关闭。" },
  seed: { label: "采样种子", hint: "采样用的随机种子。种子相同回答相同；各列使用同一个种子。" },
} satisfies Translation<Text["answerOptions"]>;

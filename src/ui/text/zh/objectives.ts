import type { Text, Translation } from "../translation";

/* What a run learns, and the objectives on preferences. Options are TRL's. */

const likelihood = "按该权重加上优质回答的交叉熵。它使优质回答保持高概率；过大则等同于只学习回答。";

export const objectives = {
  question: "要学习什么？",
  goals: { answers: "回答", text: "文本", preferences: "哪个回答更好" },
  fits: {
    "no-data": "由数据集决定可选项。",
    answers:
      "数据集包含问题和回答。“文本”连问题一起学习。若有成对的优质回答和劣质回答，还可以选择“哪个回答更好”。",
    "answers-only":
      "数据集包含问题和回答，带编码器的模型学习回答。若有成对的优质回答和劣质回答，还可以选择“哪个回答更好”。",
    text: "数据集是纯文本，因此学习每一个 token。",
    preferences: "数据集包含成对的优质回答和劣质回答。“回答”只学习优质回答。",
    labels: "数据集包含标为好或差的回答，KTO 可从中学习哪些更好。“回答”只学习好的回答。",
  },
  label: "训练目标",
  titles: {
    dpo: {
      title: "DPO",
      summary: "与训练前的模型相比，提高优质回答的概率，降低劣质回答的概率。最常用。",
    },
    hinge: { title: "DPO（hinge 损失）", summary: "同 DPO，但已经拉开足够差距的回答对不再计入。" },
    robust: { title: "Robust DPO", summary: "适用于部分回答对标反了的数据的 DPO。" },
    ipo: { title: "IPO", summary: "以每个 token 的固定差距为目标，而不是越大越好。DPO 过拟合时可选。" },
    simpo: {
      title: "SimPO",
      summary: "比较每个 token 的平均对数概率，因此不受长度影响，也不需要与训练前的模型比较。",
    },
    orpo: {
      title: "ORPO",
      summary:
        "学习问题和优质回答，同时学会偏好它们。不需要与训练前的模型比较，适合还没有学过回答问题的模型。",
    },
    kto: {
      title: "KTO",
      summary: "从标为好或差的单个回答中学习，不必成对。成对的回答逐个使用。",
    },
    cpo: { title: "CPO", summary: "不与训练前的模型比较的 DPO，同时学习优质回答。" },
  },
  options: {
    beta: { label: "Beta", hint: "约束模型不偏离原状的强度。越小允许偏离越多，越大几乎学不动。" },
    label_smoothing: { label: "标签平滑", hint: "可能标反的回答对所占比例。0 表示完全信任。" },
    simpo_gamma: { label: "Gamma", hint: "优质回答的奖励应高出劣质回答多少。" },
    sft_weight: { label: "优质回答的权重", hint: likelihood },
    lambda: { label: "Lambda", hint: "在学习优质回答之外，偏好它们的权重。" },
    desirable_weight: {
      label: "好回答的权重",
      hint: "好回答较少时调高，使好、差两类的总权重大致相当。",
    },
    undesirable_weight: { label: "差回答的权重", hint: "差回答较少时调高。" },
    cpo_alpha: { label: "优质回答的权重", hint: likelihood },
  },
} satisfies Translation<Text["objectives"]>;

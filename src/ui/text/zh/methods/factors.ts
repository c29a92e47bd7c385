import type { MethodText } from "../../option-texts";
import type { Translation } from "../../translation";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* Other factorised updates, and (IA)³. */

const factorRank = { hint: "每个因子的秩。越大学得越多、开销也越大；数据少时过大会过拟合。" };
const factorAlpha = { hint: "更新按 alpha / r 缩放。远大于 r 会使训练不稳定。" };
const rankDropout = { hint: "每步随机丢弃的更新输出比例，用于防止过拟合。短训练取 0。" };
const moduleDropout = { hint: "每步跳过某层更新的概率。短训练取 0；过大则学得慢。" };
const alphaPattern = {
  hint: "为部分层单独设置 alpha，写成 正则=alpha，以第一个匹配为准。",
  placeholder: "v_proj=32",
};
const decomposeFactor = {
  hint: "如何分解层的维度：-1 在平方根附近分解；填数字则左因子大约为该大小。离平方根越远，参数越多。",
};

export const loha = {
  title: "LoHa",
  summary:
    "把两个低秩更新逐元素相乘，用同样多的参数得到更高的秩。同样大小的 LoRA 不够用时可以试试；显存和时间开销更大。",
  options: {
    r: factorRank,
    alpha: factorAlpha,
    target_modules: targetModules,
    rank_dropout: rankDropout,
    module_dropout: moduleDropout,
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
  },
} satisfies Translation<MethodText<"loha">>;

export const lokr = {
  title: "LoKr",
  summary:
    "用两个小矩阵的 Kronecker 积构成每个更新。参数极少、文件很小；更适合学风格和格式，不太适合学新知识。",
  options: {
    r: factorRank,
    alpha: factorAlpha,
    target_modules: targetModules,
    rank_dropout: rankDropout,
    module_dropout: moduleDropout,
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
    decompose_factor: decomposeFactor,
    decompose_both: { hint: "若更小，则左因子也分解为秩 r。只有因子较大时才能节省参数。" },
    rank_dropout_scale: { hint: "是否放大 rank_dropout 保留下来的输出，以补偿被丢弃的部分。" },
    init_weights: {
      hint: "哪个因子从零开始，使训练从与基座模型完全相同的状态开始。",
      choices: { true: "true：左因子从零开始", lycoris: "lycoris：右因子从零开始" },
    },
  },
} satisfies Translation<MethodText<"lokr">>;

export const krona = {
  title: "KronA",
  summary: "两个完整矩阵的 Kronecker 积：参数少而满秩。不想调秩时可代替 LoKr；导出为 LoKr。",
  options: {
    scale: { hint: "对更新（两个因子之积）的缩放。过大会使训练不稳定。" },
    target_modules: {
      hint: "要更新的层：用逗号分隔的名称、匹配完整路径的正则表达式，或 all-linear。留空则使用 PEFT 对 LoRA 的默认值。",
      placeholder: "留空：该系列的默认值",
    },
    decompose_factor: decomposeFactor,
    exclude_modules: excludeModules,
  },
} satisfies Translation<MethodText<"krona">>;

export const said = {
  title: "Intrinsic SAID",
  summary:
    "通过固定的随机投影，用一个短向量更新所有目标层。适合了解一个任务究竟需要多少参数，或得到最小的文件；训练慢，合并之前回答也慢。",
  options: {
    intrinsic_dimension: {
      hint: "总共训练多少个参数，与模型大小无关。几百个可以改变语气，几千个可以学会一个任务；越多收敛越慢。",
    },
    structure_aware: {
      hint: "每个矩阵是否有自己的缩放（SAID），缩放会占用其中一个参数。关闭即为原始方法（DID）：所有矩阵缩放相同。",
    },
    target_modules: {
      hint: "要更新的层：用逗号分隔的名称、正则表达式，或 all-linear。留空则使用 PEFT 对 LoRA 的默认值。每次使用都会重新计算该层的更新，临时占用其权重（f32）大小的二到四倍。",
      placeholder: "留空：该系列的默认值",
    },
    projection_seed: { hint: "随机投影的种子。投影由它推导，文件中不存投影；各个种子没有优劣之分。" },
    exclude_modules: excludeModules,
  },
} satisfies Translation<MethodText<"said">>;

export const ia3 = {
  title: "(IA)³",
  summary: "为少数几层的每个输出训练一个缩放系数。能改变权重的最小适配器；学语气很快，容量不足以学新知识。",
  options: {
    target_modules: {
      hint: "要缩放的层：用逗号分隔的名称、匹配完整路径的正则表达式，或 all-linear。留空则使用 PEFT 对该模型系列的默认值。",
      placeholder: "留空：该系列的默认值",
    },
    feedforward_modules: {
      hint: "目标层中缩放输入而不是输出的层。留空则取 PEFT 默认值中属于目标的那些；none 表示只缩放输出。",
      placeholder: "留空：该系列的默认值",
    },
    exclude_modules: excludeModules,
  },
} satisfies Translation<MethodText<"ia3">>;

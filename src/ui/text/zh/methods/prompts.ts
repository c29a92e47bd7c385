import type { MethodText } from "../../option-texts";
import type { Translation } from "../../translation";

/* Soft prompts. */

const layerTokens = { hint: "每一层前面的虚拟 token 数。越多能学得越多，但会占用上下文长度。" };
const prefixStart = {
  hint: "前缀的初始化方式。random 在学会之前会干扰模型，zero 起步平缓。",
  choices: { random: "random：与 PEFT 相同", zero: "zero：接近基座模型" },
};
const promptWords = { hint: "每个提示词前面的虚拟 token 数。越多能学得越多，但会占用上下文长度。" };

export const prefixTuning = {
  title: "Prefix tuning",
  summary: "训练几个虚拟 token，供每个注意力层关注。不改变任何权重；适合学风格或任务，学新知识较弱。",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_projection: {
      hint: "通过一个小网络训练前缀，训练更稳定，但参数很多；只保存得到的前缀。",
    },
    encoder_hidden_size: { hint: "该网络的宽度。" },
    init_weights: prefixStart,
  },
} satisfies Translation<MethodText<"prefix-tuning">>;

export const promptTuning = {
  title: "Prompt tuning",
  summary: "训练提示词前面的几个虚拟 token。最小的适配器，引导模型发挥已有的能力。",
  options: {
    num_virtual_tokens: promptWords,
    prompt_tuning_init: {
      hint: "虚拟 token 的初始化方式。从词表中的词开始，比随机数更接近模型。",
      choices: { RANDOM: "RANDOM：随机", SAMPLE_VOCAB: "SAMPLE_VOCAB：随机的词", TEXT: "TEXT：自己写的文字" },
    },
    prompt_tuning_init_text: {
      hint: "用作起点的文字，重复到填满 num_virtual_tokens；文字较长时需要更多虚拟 token。",
      placeholder: "用欢快的语气回答问题。",
    },
  },
} satisfies Translation<MethodText<"prompt-tuning">>;

export const pTuning = {
  title: "P-tuning",
  summary:
    "通过一个小网络训练提示词前面的虚拟 token，比 Prompt tuning 更稳定；只导出 token。Prompt tuning 学得太慢时可选。",
  options: {
    num_virtual_tokens: promptWords,
    encoder_reparameterization_type: {
      hint: "生成虚拟 token 的网络。MLP 更快；LSTM 让每个 token 与相邻 token 相关，但训练更慢。",
      choices: { MLP: "MLP：三层，逐 token", LSTM: "LSTM：按顺序读取 token" },
    },
    encoder_hidden_size: {
      hint: "该网络的宽度；0 表示使用模型的隐藏维度。越宽越稳定、显存越大，导出的文件大小不变。",
    },
    encoder_num_layers: { hint: "LSTM 的层数。超过两层很少有帮助。" },
    encoder_dropout: { hint: "训练时 LSTM 各层之间的 dropout，用于防止过拟合。" },
  },
} satisfies Translation<MethodText<"p-tuning">>;

export const pTuningV2 = {
  title: "P-tuning v2",
  summary:
    "训练深层提示：每个注意力层都有虚拟 token，并带 dropout。数据少时可代替 Prefix tuning；PEFT 以 Prefix tuning 加载。",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_dropout: { hint: "训练时每条序列随机丢弃的前缀比例，用于防止过拟合。0 即普通 Prefix tuning。" },
    init_weights: prefixStart,
  },
} satisfies Translation<MethodText<"p-tuning-v2">>;

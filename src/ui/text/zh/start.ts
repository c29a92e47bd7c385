import type { Text, Translation } from "../translation";

/* The first sight of the page: what it is, shown in three moments. */

export const start = {
  lead: "用你自己的样例，在浏览器里、在你自己的 GPU 上微调小型语言模型。",
  private: "不上传任何内容。",
  examples: { title: "样例", choose: "换一组样例" },
  training: {
    title: "训练",
    choose: "调整训练方式",
    idle: (method: string) =>
      `点击“训练”，${method} 就会从这些样例中学习。训练过程中，这里会显示同一个问题的回答如何变化。`,
    soon: "稍后这里会出现第一个回答。",
  },
  answers: {
    title: "训练前后",
    choose: "自己提问",
    idle: "训练完成后，用一个模型没见过的问题，对比训练前和训练后的回答。",
    before: "训练前：",
    after: "训练后：",
  },
} satisfies Translation<Text["start"]>;

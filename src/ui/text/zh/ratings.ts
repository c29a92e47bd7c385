import type { Text, Translation } from "../translation";
import { format } from "./format";

/* Texts of ratings in the comparison, and of conversations that are kept as rows. */

/** A, B, C … */
const letter = (place: number): string => String.fromCharCode(65 + place);

export const ratings = {
  title: "评价",
  good: (name: string) => `回答好：${name}`,
  bad: (name: string) => `回答差：${name}`,
  keep: (name: string) => `存为数据行：${name}`,
  answer: "要保存的回答",
  where: "保存到",
  newDataset: "新数据集",
  newName: "对话",
  datasetName: "数据集名称",
  keepRow: "保存此行",
  cancel: "取消",
  close: "关闭",
  kept: (dataset: string) => `已添加到“${dataset}”的最后一行。`,
  keptNew: (dataset: string) => `已保存到新数据集“${dataset}”，现在正在使用它。`,
  blind: "盲测对比",
  anonymous: (place: number) => `回答 ${letter(place)}`,
  best: (place: number, of: number) => `${letter(place)} ${of > 2 ? "最好" : "更好"}`,
  tie: "没有差别",
  tally: (choices: number) => `盲选 ${format.integer(choices)} 次：`,
  wins: (name: string, count: number) => `${name} ${format.integer(count)}`,
  ties: (count: number) => `没有差别 ${format.integer(count)}`,
  rows: (pairs: number, labels: number) =>
    `你的评价可组成 ${format.list([
      ...(pairs > 0 ? [`${format.integer(pairs)} 对回答`] : []),
      ...(labels > 0 ? [`${format.integer(labels)} 个带标签的回答`] : []),
    ])}。`,
  makeDataset: "由此生成数据集",
  save: "评价另存为 JSONL",
  ratingsName: "评价",
  fileBase: "luthier-ratings",
  forget: "清除所有评价",
  forgetQuestion: (count: number) => `清除 ${format.integer(count)} 条评价？由它们生成的数据集会保留。`,
  forgetYes: "清除",
} satisfies Translation<Text["ratings"]>;

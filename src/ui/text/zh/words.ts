import type { RunPlace } from "../en/words";
import { format } from "./format";

/** A count with its measure word and noun: "1,200 行数据". */
export const counted = (count: number, noun: string) => `${format.integer(count)} ${noun}`;

export const rows = (count: number) => counted(count, "行");
export const tokens = (count: number) => counted(count, "个 token");

/** "第 12 / 60 步，损失 1.234" */
export function stepSentence({ step, totalSteps, loss, accuracy }: RunPlace): string {
  return [
    `第 ${format.fixed(step, 0)} / ${format.fixed(totalSteps, 0)} 步`,
    ...(loss === null ? [] : [`损失 ${format.loss(loss)}`]),
    ...(accuracy === null ? [] : [`偏好准确率 ${format.share(accuracy)}`]),
  ].join("，");
}

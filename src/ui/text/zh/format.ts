import { createFormat } from "../format";

/** Numbers, times and lists in Simplified Chinese. */
export const format = createFormat({
  locale: "zh-CN",
  percent: (number) => `${number}%`,
  milliseconds: (number) => `${number} 毫秒`,
  seconds: (number) => `${number} 秒`,
  minutes: (number) => `${number} 分钟`,
  hours: (number) => `${number} 小时`,
  about: (time) => `约 ${time}`,
});

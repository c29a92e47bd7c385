import { createFormat } from "../format";

/** Numbers, times and lists in English. */
export const format = createFormat({
  locale: "en",
  // en-GB writes unambiguous dates and lists, but its compact millions would be "135m".
  regionalLocale: "en-GB",
  percent: (number) => `${number} %`,
  milliseconds: (number) => `${number} ms`,
  seconds: (number) => `${number} s`,
  minutes: (number) => `${number} min`,
  hours: (number) => `${number} h`,
  about: (time) => `about ${time}`,
});

import { isColumn, requiredText, type RowFormat } from "./format";

/** `text`: language modelling on every token. */
export const plainText: RowFormat = {
  id: "text",
  fields: new Set(["text"]),
  fits: (value) => "text" in value && !isColumn(value.text),
  read: (value) => ({ kind: "text", text: requiredText(value, "text") }),
};

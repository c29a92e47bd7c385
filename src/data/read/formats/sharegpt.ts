import type { RowFormat } from "./format";
import { LIST_FIELDS, listField, readConversation } from "./messages";

/** ShareGPT format: `conversations`, a list of `from` and `value`. */
export const sharegpt: RowFormat = {
  id: "sharegpt",
  fields: new Set([...LIST_FIELDS, "system", "tools"]),
  fits: (value) => listField(value, "sharegpt") !== undefined,
  read: readConversation,
};

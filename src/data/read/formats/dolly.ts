import { alpacaRow } from "../../../shared/rows";
import { hasFields, isColumn, requiredText, optionalText, type RowFormat } from "./format";

/** Dolly rows: like Alpaca, with `context` (or `input`) and `response`. */
export const dolly: RowFormat = {
  id: "dolly",
  fields: new Set(["instruction", "context", "input", "response", "system"]),
  fits: (value) => hasFields(value, "instruction", "response") && !isColumn(value.instruction),
  read: (value) =>
    alpacaRow({
      instruction: requiredText(value, "instruction"),
      input: optionalText(value, "context") || optionalText(value, "input"),
      output: requiredText(value, "response"),
      system: optionalText(value, "system"),
    }),
};

import { alpacaRow } from "../../../shared/rows";
import { hasFields, isColumn, requiredText, optionalText, type RowFormat } from "./format";

/** `question`, `answer` and optionally `context`. */
export const questionAnswer: RowFormat = {
  id: "question-answer",
  fields: new Set(["question", "answer", "context", "system"]),
  fits: (value) => hasFields(value, "question", "answer") && !isColumn(value.question),
  read: (value) =>
    alpacaRow({
      instruction: requiredText(value, "question"),
      input: optionalText(value, "context"),
      output: requiredText(value, "answer"),
      system: optionalText(value, "system"),
    }),
};

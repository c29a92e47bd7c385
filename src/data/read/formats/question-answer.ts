import { alpacaRow } from "../../../shared/rows";
import { hasFields, isColumn, neededText, optionalText, type RowFormat } from "./format";

/** `question`, `answer` and optionally `context`. */
export const questionAnswer: RowFormat = {
  id: "question-answer",
  fields: new Set(["question", "answer", "context", "system"]),
  fits: (value) => hasFields(value, "question", "answer") && !isColumn(value.question),
  read: (value) =>
    alpacaRow({
      instruction: neededText(value, "question"),
      input: optionalText(value, "context"),
      output: neededText(value, "answer"),
      system: optionalText(value, "system"),
    }),
};

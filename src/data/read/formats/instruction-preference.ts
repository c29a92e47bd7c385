import { alpacaQuestion } from "./alpaca";
import { hasFields, isColumn, requiredText, type RowFormat } from "./format";
import { answerTurns } from "./preference";

/** Alpaca prompts with two answers, `chosen` and `rejected`. */
export const instructionPreference: RowFormat = {
  id: "instruction-preference",
  fields: new Set(["instruction", "input", "chosen", "rejected", "system", "history"]),
  fits: (value) => hasFields(value, "instruction", "chosen", "rejected") && !isColumn(value.instruction),
  read(value) {
    const { turns: prompt, ...setting } = alpacaQuestion(value);
    const chosen = answerTurns(requiredText(value, "chosen"));
    return {
      kind: "preference",
      ...setting,
      prompt,
      chosen,
      rejected: answerTurns(requiredText(value, "rejected")),
    };
  },
};

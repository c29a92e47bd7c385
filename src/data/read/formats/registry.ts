import { alpaca } from "./alpaca";
import { dolly } from "./dolly";
import type { Fields, RowFormat } from "./format";
import { instructionPreference } from "./instruction-preference";
import { labelled } from "./labelled";
import { messages } from "./messages";
import { preference } from "./preference";
import { promptCompletion } from "./prompt-completion";
import { questionAnswer } from "./question-answer";
import { sharegpt } from "./sharegpt";
import { plainText } from "./text";

/** All row formats by precedence: more specific fields first. */
const formats: readonly RowFormat[] = [
  labelled,
  instructionPreference,
  preference,
  sharegpt,
  messages,
  alpaca,
  dolly,
  promptCompletion,
  questionAnswer,
  plainText,
];

/** The format of an object; null if none matches. */
export function formatOf(value: Fields): RowFormat | null {
  return formats.find((format) => format.fits(value)) ?? null;
}

/** The probable format of an incomplete row. */
export function probableFormat(value: Fields): RowFormat | null {
  return "instruction" in value || "output" in value ? alpaca : null;
}

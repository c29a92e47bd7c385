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

/** Every form of rows, in the order in which they are looked for: those with more fields before those with fewer. */
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

/** The form of an object, or null where its fields are those of no form. */
export function formatOf(value: Fields): RowFormat | null {
  return formats.find((format) => format.fits(value)) ?? null;
}

/** The form that an object without all of its fields is meant to have. */
export function meantFormat(value: Fields): RowFormat | null {
  return "instruction" in value || "output" in value ? alpaca : null;
}

import { alpaca } from "./alpaca";
import type { Fields, RowFormat } from "./format";
import { messages } from "./messages";
import { promptCompletion } from "./prompt-completion";
import { sharegpt } from "./sharegpt";

/** Formats that can carry a label, in order of precedence. */
const inner = [messages, sharegpt, alpaca, promptCompletion];

/** A labelled conversation (true means desirable): TRL's `label` or LLaMA-Factory's `kto_tag`. */
export const labelled: RowFormat = {
  id: "labelled",
  fields: new Set([...inner.flatMap(({ fields }) => [...fields]), "label", "kto_tag"]),
  fits: (value) => labelOf(value) !== null && innerFormat(value) !== undefined,
  read(value) {
    const row = innerFormat(value)?.read(value);
    if (row?.kind !== "conversation") throw new Error("a labelled row fits no format");
    const { kind: _kind, ...conversation } = row;
    return { kind: "labelled", ...conversation, good: labelOf(value) === true };
  },
};

function innerFormat(value: Fields): RowFormat | undefined {
  return inner.find((format) => format.fits(value));
}

/** Only booleans and, for tables, "true" and "false"; numbers may be class ids. */
function labelOf(value: Fields): boolean | null {
  const label = value.kto_tag ?? value.label;
  if (typeof label === "boolean") return label;
  const word = typeof label === "string" ? label.toLowerCase() : "";
  return word === "true" ? true : word === "false" ? false : null;
}

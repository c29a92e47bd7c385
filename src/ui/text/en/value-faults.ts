import type { ExpectedValue, FoundValue, ValueFault, ValueRemedy } from "../../../lib/problems/value-faults";

import { format } from "./format";

/* Faults of values from external files. */

function found(value: FoundValue): string {
  switch (value.kind) {
    case "nothing":
    case "null":
      return value.kind;
    case "list":
      return "a list";
    case "object":
      return "an object";
    case "text":
      return `the text ${quoted(value)}`;
    case "scalar":
      return String(value.value);
  }
}

function quoted({ start, isCut }: FoundValue & { kind: "text" }): string {
  return `“${start}${isCut ? "…" : ""}”`;
}

function expected(value: ExpectedValue): string {
  switch (value.kind) {
    case "text":
      return "text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "list":
      return "a list";
    case "object":
      return "an object";
    case "whole-number":
      return "a whole number";
    case "finite-number":
      return "a finite number";
    case "at-least":
      return `a number of at least ${value.least}`;
    case "multiple":
      return `a multiple of ${value.of}`;
    case "list-of-length":
      return `a list of ${value.length === 2 ? "two" : value.length} sizes`;
    case "text-list":
      return "a list of texts";
    case "number-list":
      return "a list of numbers";
    case "commit-id":
      return "the id of a commit";
    case "sized-file":
      return "a file with its size";
    case "choice":
      return format.either(value.values.map((one) => (one.kind === "text" ? quoted(one) : found(one))));
    case "other":
      return value.name;
  }
}

/** The end of a sentence about a file: "has no weight_map", "has the text “8” at ids[0], where a number belongs". */
export function valueFault({ path, found: value, expected: forms }: ValueFault): string {
  const belongs = format.either([...new Set(forms.map(expected))]);
  if (path === "") return `holds ${found(value)}, where ${belongs} belongs`;
  if (value.kind === "nothing") return `has no ${path}`;
  return `has ${found(value)} at ${path}, where ${belongs} belongs`;
}

export const remedies: Readonly<Record<ValueRemedy, string>> = {
  "check-file": "Check that the file is the right one and was downloaded completely.",
  "renew-tokenizer":
    "Download tokenizer.json again, or save it again with a current version of transformers.",
  "renew-nf4": "Save the model again with a current bitsandbytes, or choose its unquantised checkpoint.",
  "other-gguf": "Choose another GGUF file of the model, or its safetensors folder.",
  "renew-index": "Download the file again, or leave it out.",
  "leave-out-optimizer":
    "Take that file out of the folder or zip: the adapter loads without it, and training starts with a fresh optimizer.",
};

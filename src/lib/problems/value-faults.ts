/* What can be wrong with a value that came from outside, as facts. */

/** What stands where something else belongs; texts are cut. */
export type FoundValue =
  | { readonly kind: "nothing" | "null" | "list" | "object" }
  | { readonly kind: "text"; readonly start: string; readonly isCut: boolean }
  | { readonly kind: "scalar"; readonly value: number | boolean | string };

/** Forms of values that schemas ask for by a condition of their own. */
export const CUSTOM_FORMS = ["object", "text-list", "number-list", "commit-id", "sized-file"] as const;
export type CustomForm = (typeof CUSTOM_FORMS)[number];

/** What belongs there. */
export type ExpectedValue =
  | { readonly kind: CustomForm | "text" | "number" | "boolean" | "list" | "whole-number" | "finite-number" }
  | { readonly kind: "at-least"; readonly least: number }
  | { readonly kind: "multiple"; readonly of: number }
  | { readonly kind: "list-of-length"; readonly length: number }
  | { readonly kind: "choice"; readonly values: readonly FoundValue[] }
  /** A form that has no name here; `name` is the schema library's. */
  | { readonly kind: "other"; readonly name: string };

/** Where a value is not as it should be: its path as one would write it in code, "" for the whole. */
export interface ValueFault {
  readonly path: string;
  readonly found: FoundValue;
  /** Any of these. */
  readonly expected: readonly ExpectedValue[];
}

/** What the person can do about a file whose value is wrong. */
export type ValueRemedy =
  "check-file" | "renew-tokenizer" | "renew-nf4" | "other-gguf" | "renew-index" | "leave-out-optimizer";

/** A value of a file that is not as it should be. */
export interface WrongValue {
  /** The file as people know it: "tokenizer.json". */
  readonly file: string;
  readonly fault: ValueFault;
  readonly remedy: ValueRemedy;
}

/** Wrong values of files, by what the file is. */
export interface ValueProblems {
  readonly "format/value": WrongValue;
  readonly "model/value": WrongValue;
  readonly "adapter/value": WrongValue;
  /** `reason` is the JSON parser's. */
  readonly "format/not-json": { readonly file: string; readonly reason: string };
  readonly "format/no-object": { readonly file: string };
}

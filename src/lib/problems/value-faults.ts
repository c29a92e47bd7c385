/* Faults of untrusted values, as facts. */

/** A found value that does not match; strings are truncated. */
export type FoundValue =
  | { readonly kind: "nothing" | "null" | "list" | "object" }
  | { readonly kind: "text"; readonly start: string; readonly isCut: boolean }
  | { readonly kind: "scalar"; readonly value: number | boolean | string };

/** Value forms checked by custom schema conditions. */
export const CUSTOM_FORMS = ["object", "text-list", "number-list", "commit-id", "sized-file"] as const;
export type CustomForm = (typeof CUSTOM_FORMS)[number];

/** The expected value. */
export type ExpectedValue =
  | { readonly kind: CustomForm | "text" | "number" | "boolean" | "list" | "whole-number" | "finite-number" }
  | { readonly kind: "at-least"; readonly least: number }
  | { readonly kind: "multiple"; readonly of: number }
  | { readonly kind: "list-of-length"; readonly length: number }
  | { readonly kind: "choice"; readonly values: readonly FoundValue[] }
  /** A form without its own name; `name` is the schema library's. */
  | { readonly kind: "other"; readonly name: string };

/** An invalid value, with its path in code notation ("" for the root). */
export interface ValueFault {
  readonly path: string;
  readonly found: FoundValue;
  /** Any of these. */
  readonly expected: readonly ExpectedValue[];
}

/** What to do about a file with an invalid value. */
export type ValueRemedy =
  "check-file" | "renew-tokenizer" | "renew-nf4" | "other-gguf" | "renew-index" | "leave-out-optimizer";

/** An invalid value in a file. */
export interface WrongValue {
  /** File name: "tokenizer.json". */
  readonly file: string;
  readonly fault: ValueFault;
  readonly remedy: ValueRemedy;
}

/** Problems with invalid values, by kind of file. */
export interface ValueProblems {
  readonly "format/value": WrongValue;
  readonly "model/value": WrongValue;
  readonly "adapter/value": WrongValue;
  /** `reason` is from the JSON parser. */
  readonly "format/not-json": { readonly file: string; readonly reason: string };
  readonly "format/no-object": { readonly file: string };
}

/** Why a value is invalid for a form field. */
export type FieldFault =
  | { readonly kind: "not-a-number" | "not-whole" | "not-on-or-off" | "not-text" }
  | { readonly kind: "below" | "not-above"; readonly min: number }
  | { readonly kind: "above"; readonly max: number }
  | { readonly kind: "no-choice"; readonly choices: readonly string[] }
  | { readonly kind: "too-few-adapters"; readonly min: number }
  | { readonly kind: "too-many-adapters"; readonly max: number };

/** Problems with form fields. */
export interface FormProblems {
  /** A field has an invalid value; `field` is its name. */
  readonly "config/field": { readonly field: string; readonly fault: FieldFault };
}

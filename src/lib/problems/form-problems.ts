/** Why a value does not suit the field of a form. */
export type FieldFault =
  | { readonly kind: "not-a-number" | "not-whole" | "not-on-or-off" | "not-text" }
  | { readonly kind: "below" | "not-above"; readonly min: number }
  | { readonly kind: "above"; readonly max: number }
  | { readonly kind: "no-choice"; readonly choices: readonly string[] }
  | { readonly kind: "too-few-adapters"; readonly min: number }
  | { readonly kind: "too-many-adapters"; readonly max: number };

/** Forms and their fields. */
export interface FormProblems {
  /** A value does not suit its field, which is known by its name. */
  readonly "config/field": { readonly field: string; readonly fault: FieldFault };
}

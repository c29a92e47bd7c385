import type { FieldFault } from "../lib/problems/form-problems";

/** Common properties of form fields. The page renders forms from them, with its own labels. */
interface FieldBase<Name extends string> {
  /** Option name; for methods, PEFT's. */
  readonly name: Name;
  /** "advanced" fields are folded under "More options". */
  readonly level: "basic" | "advanced";
  /** Shown only if another field has this value. */
  readonly when?: { readonly field: string; readonly equals: string | boolean };
}

export interface NumberField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "integer" | "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Excludes the minimum itself. */
  readonly exclusiveMin?: boolean;
}

export interface BooleanField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "boolean";
  readonly default: boolean;
}

export interface SelectField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "select";
  readonly default: string;
  readonly choices: readonly string[];
}

export interface TextField<Name extends string = string> extends FieldBase<Name> {
  /** `modules`: names separated by commas or whitespace, a regex, or "all-linear". `patterns`: "regex=number" pairs. */
  readonly type: "text" | "modules" | "patterns" | "integers";
  readonly default: string;
  /** For `modules`: whether embedding tables and the head are allowed. */
  readonly ends?: boolean;
}

/** Comma-separated ids of trained adapters of the loaded model. */
export interface AdaptersField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "adapters";
  readonly default: "";
  /** Methods whose adapters are allowed. */
  readonly methods: readonly string[];
  /** Permitted number of adapters. */
  readonly min: number;
  readonly max: number;
}

export type Field<Name extends string = string> =
  NumberField<Name> | BooleanField<Name> | SelectField<Name> | TextField<Name> | AdaptersField<Name>;

/** Value of an adapters field that refers to the experts contained in an existing adapter, by its id. */
export interface ExpertsWithin {
  readonly within: string;
}

export type FieldValue = number | boolean | string | ExpertsWithin;

/** Form values by field name. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** Default values of a form. */
export function defaultValues(fields: readonly Field[]): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((field) => [field.name, field.default]));
}

/** Adapter ids listed in an adapters field. */
export function chosenAdapters(value: FieldValue): string[] {
  return typeof value === "string" ? value.split(",").filter(Boolean) : [];
}

/** Id of the adapter whose experts a field refers to; null if it lists ids. */
export function expertHolder(value: FieldValue): string | null {
  return typeof value === "object" ? value.within : null;
}

/** Whether two field values are equal. */
export function isSameValue(a: FieldValue | undefined, b: FieldValue): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && a.within === b.within);
}

/** Why a value is invalid for its field, or null. */
export function fieldFault(field: Field, value: FieldValue): FieldFault | null {
  if (field.type === "integer" || field.type === "number") return numberFault(field, value);
  if (field.type === "boolean") return typeof value === "boolean" ? null : { kind: "not-on-or-off" };
  if (field.type === "adapters" && expertHolder(value) !== null) return null;
  if (typeof value !== "string") return { kind: "not-text" };
  if (field.type === "select" && !field.choices.includes(value)) {
    return { kind: "no-choice", choices: field.choices };
  }
  if (field.type === "adapters") {
    const chosen = chosenAdapters(value).length;
    if (chosen < field.min) return { kind: "too-few-adapters", min: field.min };
    if (chosen > field.max) return { kind: "too-many-adapters", max: field.max };
  }
  return null;
}

function numberFault(field: NumberField, value: FieldValue): FieldFault | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return { kind: "not-a-number" };
  if (field.type === "integer" && !Number.isInteger(value)) return { kind: "not-whole" };
  if (field.exclusiveMin && value <= field.min) return { kind: "not-above", min: field.min };
  if (value < field.min) return { kind: "below", min: field.min };
  return value > field.max ? { kind: "above", max: field.max } : null;
}

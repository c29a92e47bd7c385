import type { FieldFault } from "../lib/problems/form-problems";

/** What every field of a form says about itself. The page renders forms from these, in words of its own. */
interface FieldBase<Name extends string> {
  /** The option's name: of a method's options PEFT's own. */
  readonly name: Name;
  /** Shown at once, or folded under "More options". */
  readonly level: "basic" | "advanced";
  /** Shown only while this other boolean field is on, or this select field has the value. */
  readonly when?: { readonly field: string; readonly equals: string | boolean };
}

export interface NumberField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "integer" | "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** True when the minimum itself is not allowed. */
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
  /** `modules`: names separated by commas or spaces, a regex, or "all-linear". `patterns`: "regex=number" pairs. */
  readonly type: "text" | "modules" | "patterns" | "integers";
  readonly default: string;
  /** Of `modules`: whether embedding tables and the output head may be named beside linear layers. */
  readonly ends?: boolean;
}

/** Trained adapters of the loaded model, by their ids with commas between them. */
export interface AdaptersField<Name extends string = string> extends FieldBase<Name> {
  readonly type: "adapters";
  readonly default: "";
  /** Ids of the methods whose adapters can be chosen. */
  readonly methods: readonly string[];
  /** How many of them. */
  readonly min: number;
  readonly max: number;
}

export type Field<Name extends string = string> =
  NumberField<Name> | BooleanField<Name> | SelectField<Name> | TextField<Name> | AdaptersField<Name>;

/** The value of a field of adapters that stands for those which an adapter has within it already, by its id. */
export interface ExpertsWithin {
  readonly within: string;
}

export type FieldValue = number | boolean | string | ExpertsWithin;

/** The values of a form by field name, as the person sees them. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** The defaults of a form. */
export function defaultValues(fields: readonly Field[]): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((field) => [field.name, field.default]));
}

/** The ids that the value of a field of adapters names one by one. */
export function chosenAdapters(value: FieldValue): string[] {
  return typeof value === "string" ? value.split(",").filter(Boolean) : [];
}

/** The id of the adapter within which a field's adapters are; null where the value names them one by one. */
export function holderOfExperts(value: FieldValue): string | null {
  return typeof value === "object" ? value.within : null;
}

/** Whether two values of a field mean the same. */
export function isSameValue(a: FieldValue | undefined, b: FieldValue): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && a.within === b.within);
}

/** Why a value does not suit its field, or null. */
export function fieldFault(field: Field, value: FieldValue): FieldFault | null {
  if (field.type === "integer" || field.type === "number") return numberFault(field, value);
  if (field.type === "boolean") return typeof value === "boolean" ? null : { kind: "not-on-or-off" };
  if (field.type === "adapters" && holderOfExperts(value) !== null) return null;
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

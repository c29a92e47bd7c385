/** What every field of a form says about itself. Names are PEFT's own; the page renders forms from these. */
interface FieldBase<Name extends string> {
  /** The option's name, which is also its accessible label. */
  readonly name: Name;
  /** One sentence: what it does, and what goes wrong at either end. */
  readonly hint: string;
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
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

export interface TextField<Name extends string = string> extends FieldBase<Name> {
  /** `modules`: names separated by commas or spaces, a regex, or "all-linear". `patterns`: "regex=number" pairs. */
  readonly type: "text" | "modules" | "patterns" | "integers";
  readonly default: string;
  readonly placeholder?: string;
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

/** Why a value does not suit its field, as a sentence for the person, or null. */
export function fieldProblem(field: Field, value: FieldValue): string | null {
  if (field.type === "integer" || field.type === "number") return numberProblem(field, value);
  if (field.type === "boolean") return typeof value === "boolean" ? null : `${field.name} is on or off.`;
  if (field.type === "adapters" && holderOfExperts(value) !== null) return null;
  if (typeof value !== "string") return `${field.name} is text.`;
  if (field.type === "select" && !field.choices.some((choice) => choice.value === value)) {
    return `${field.name} is one of ${field.choices.map((choice) => choice.value).join(", ")}.`;
  }
  if (field.type === "adapters") {
    const chosen = chosenAdapters(value).length;
    if (chosen < field.min)
      return `${field.name}: choose ${field.min === 1 ? "an adapter" : `at least ${field.min} adapters`}.`;
    if (chosen > field.max)
      return `${field.name}: choose ${field.max === 1 ? "one adapter" : `${field.max} adapters`} at most.`;
  }
  return null;
}

function numberProblem(field: NumberField, value: FieldValue): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return `${field.name} is a number.`;
  if (field.type === "integer" && !Number.isInteger(value)) return `${field.name} is a whole number.`;
  if (value < field.min || (field.exclusiveMin && value === field.min)) {
    return `${field.name} is ${field.exclusiveMin ? "more than" : "at least"} ${field.min}.`;
  }
  return value > field.max ? `${field.name} is at most ${field.max}.` : null;
}

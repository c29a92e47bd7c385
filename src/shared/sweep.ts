import { type Field, fieldFault, type FieldValue, type FieldValues } from "./fields";
import { METHOD_IDS, type MethodId, methodSpecs } from "./methods";
import { trainingFields } from "./training";

/** A setting with the values to try. */
export interface SweepAxis {
  readonly name: string;
  readonly values: readonly FieldValue[];
}

/** Values of an axis, and axes. */
export const SWEEP_VALUES = { least: 2, most: 3 };
export const SWEEP_AXES = 2;

/** The name of the axis that tries methods. */
export const METHOD_AXIS = "method";

const METHOD_FIELD: Field = {
  name: METHOD_AXIS,
  type: "select",
  default: "lora",
  choices: METHOD_IDS,
  level: "basic",
};

/** Training options that a sweep sets itself, or that change nothing that it measures. */
const NOT_SWEPT: readonly string[] = [
  ...["maxSteps", "maxMinutes", "epochs", "evalSteps", "validationSplit", "seed", "continueAdapter"],
  ...["sampleRows", "sampleEvery", "scoreRows", "keepCheckpoints", "metricForBestModel"],
  ...["loadBestModelAtEnd", "earlyStoppingPatience", "gradientCheckpointing"],
];

/** The settings that can be swept with a method. */
export function sweepFields(method: MethodId): Field[] {
  const numbersAndChoices = (field: Field): boolean => ["integer", "number", "select"].includes(field.type);
  return [
    ...trainingFields.filter(({ name }) => !NOT_SWEPT.includes(name)),
    METHOD_FIELD,
    ...methodSpecs[method].fields,
  ].filter(numbersAndChoices);
}

/** Reads typed values of a field; null if one is invalid, or there are too few or too many. */
export function readAxis(
  field: Field,
  typed: readonly string[],
  parse: (text: string) => number | null,
): SweepAxis | null {
  const values = typed.map((text): FieldValue | null =>
    field.type === "select" ? text.trim() : parse(text),
  );
  const valid = values.filter((value) => value !== null && fieldFault(field, value) === null);
  const distinct = [...new Set(valid)] as FieldValue[];
  if (distinct.length !== typed.length || !isBetween(distinct.length)) return null;
  return { name: field.name, values: distinct };
}

function isBetween(count: number): boolean {
  return count >= SWEEP_VALUES.least && count <= SWEEP_VALUES.most;
}

/** Every combination of the axes' values. */
export function sweepValues(axes: readonly SweepAxis[]): FieldValues[] {
  return axes.reduce<FieldValues[]>(
    (all, { name, values }) => all.flatMap((others) => values.map((value) => ({ ...others, [name]: value }))),
    [{}],
  );
}

import * as v from "valibot";
import { LuthierError } from "../../../lib/errors";
import { isRecord } from "../../../lib/json";
import type { ConfigExpectation } from "../../../lib/problems/models-problems";

/** A key of config.json: its schema, its description in errors, and its default. */
export interface Field<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  readonly expected: ConfigExpectation;
  readonly fallback: T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** Result type of {@link readFields}. */
export type Values<F extends Fields> = {
  readonly [Key in keyof F]: F[Key] extends Field<infer T> ? T : never;
};

const whole = (min: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min));
const finite = v.pipe(v.number(), v.finite());
const object = v.custom<Readonly<Record<string, unknown>>>(isRecord);

/** An integer of at least `min`. */
export function size(fallback: number, min = 1): Field<number> {
  return { schema: whole(min), expected: { kind: "whole-number", min }, fallback };
}

/** An integer of at least `min`, or null. */
export function sizeOrNull(fallback: number | null, min = 1): Field<number | null> {
  return { schema: v.nullable(whole(min)), expected: { kind: "whole-number", min }, fallback };
}

/** A token id or null; negative ids count from the end of the vocabulary. */
export function tokenId(fallback: number | null): Field<number | null> {
  return sizeOrNull(fallback, Number.MIN_SAFE_INTEGER);
}

export function number(fallback: number): Field<number> {
  return { schema: finite, expected: { kind: "number" }, fallback };
}

export function numberOrNull(fallback: number | null): Field<number | null> {
  return { schema: v.nullable(finite), expected: { kind: "number" }, fallback };
}

export function flag(fallback: boolean): Field<boolean> {
  return { schema: v.boolean(), expected: { kind: "boolean" }, fallback };
}

export function flagOrNull(fallback: boolean | null): Field<boolean | null> {
  return { schema: v.nullable(v.boolean()), expected: { kind: "boolean" }, fallback };
}

/** One of `words`. */
export function choice<const Word extends string>(
  words: readonly Word[],
  fallback: NoInfer<Word>,
): Field<Word> {
  return { schema: v.picklist(words), expected: { kind: "one-of", words }, fallback };
}

/** One of `words`, or null. */
export function choiceOrNull<const Word extends string>(words: readonly Word[]): Field<Word | null> {
  return { schema: v.nullable(v.picklist(words)), expected: { kind: "one-of", words }, fallback: null };
}

/** A list of `words`, or null. */
export function wordsOrNull<const Word extends string>(
  words: readonly Word[],
): Field<readonly Word[] | null> {
  return {
    schema: v.nullable(v.array(v.picklist(words))),
    expected: { kind: "list-of", words },
    fallback: null,
  };
}

export function objectOrNull(): Field<Readonly<Record<string, unknown>> | null> {
  return { schema: v.nullable(object), expected: { kind: "object" }, fallback: null };
}

/**
 * Parses an object of config.json; `above` is its path, for errors.
 * @throws LuthierError("model/config-value") with the key, the actual and the expected value
 */
export function readFields<const F extends Fields>(
  fields: F,
  values: Readonly<Record<string, unknown>>,
  above = "",
): Values<F> {
  const read = Object.entries(fields).map(([key, field]) => [
    key,
    readField(field, values[key], above + key),
  ]);
  return Object.fromEntries(read) as Values<F>;
}

/** A required number. */
export function requireNumber(values: Readonly<Record<string, unknown>>, key: string, above = ""): number {
  return parseField(number(0), values[key], above + key);
}

/** A required list of `count` numbers. */
export function requireNumbers(
  values: Readonly<Record<string, unknown>>,
  key: string,
  count: number,
  above = "",
): readonly number[] {
  const schema = v.pipe(v.array(finite), v.length(count));
  return parseField({ schema, expected: { kind: "numbers", count }, fallback: [] }, values[key], above + key);
}

/** 0 or 1 per layer, or null. */
export function bitsOrNull(): Field<readonly number[] | null> {
  return {
    schema: v.nullable(v.array(v.picklist([0, 1]))),
    expected: { kind: "bits" },
    fallback: null,
  };
}

function readField<T>(field: Field<T>, value: unknown, key: string): T {
  return value === undefined ? field.fallback : parseField(field, value, key);
}

function parseField<T>({ schema, expected }: Field<T>, value: unknown, key: string): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const found = JSON.stringify(value) ?? null;
  throw new LuthierError({ code: "model/config-value", key, found, expected });
}

import * as v from "valibot";
import { LuthierError } from "./errors";
import { CHECK_FILE, isRecord } from "./json";
import type { PlainKind } from "./problems/problem";

/** Where a value came from, for the error that refuses it. */
export interface Origin {
  /** The file as people know it: "tokenizer.json". */
  readonly file: string;
  /** The key under which the file has the value, where it is not the whole of it. */
  readonly key?: string;
  readonly code?: PlainKind;
  /** What the person can do when the value is not as it should be. */
  readonly advice?: string;
}

/**
 * Reads a value that came from outside as `schema` describes it.
 * @throws LuthierError("format", or the origin's code) with the file, the key, what is there and what belongs there
 */
export function parseAs<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { file, key, code = "format", advice = CHECK_FILE }: Origin,
): v.InferOutput<Schema> {
  const parsed = tryParse(schema, value, key === undefined ? [] : [key]);
  if (parsed.fault === null) return parsed.value;
  throw new LuthierError(code, `${file} ${parsed.fault}.`, advice);
}

/** A value of the form that was asked for, or what is wrong with it, as the end of a sentence about it. */
export type Parsed<T> =
  { readonly fault: null; readonly value: T } | { readonly fault: string; readonly value?: undefined };

/** Like {@link parseAs}, where the caller has words of its own for a fault. */
export function tryParse<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  above: Keys = [],
): Parsed<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success
    ? { fault: null, value: result.output }
    : { fault: describeIssue(result.issues[0], above) };
}

/** A whole number that is not negative: an id, a count, a size. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const record = v.custom<Record<string, unknown>>(isRecord, "an object");

/** A JSON object with these keys, and whatever others; unlike valibot's own not a list. */
export function objectOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(record, v.looseObject(entries));
}

/** A JSON object all of whose values are of one form. */
export function recordOf<const Value extends v.GenericSchema>(value: Value) {
  return v.pipe(record, v.record(v.string(), value));
}

type Issue = v.BaseIssue<unknown>;
type Keys = readonly unknown[];

/** "has no weight_map", "has the text “8” at added_tokens[0].id, where a whole number belongs". */
function describeIssue(issue: Issue, above: Keys): string {
  const { at, fault } = innermost(issue, above);
  const path = formatPath(at);
  if (path === "") return `holds ${describeValue(fault.input)}, where ${expected(fault)} belongs`;
  if (fault.input === undefined) return `has no ${path}`;
  return `has ${describeValue(fault.input)} at ${path}, where ${expected(fault)} belongs`;
}

/** Of a value with several allowed forms, the fault of the form that it begins as: an item of a list, not the list. */
function innermost(issue: Issue, above: Keys): { readonly at: Keys; readonly fault: Issue } {
  const at = [...above, ...keysOf(issue)];
  const inside = issue.issues?.find((form) => keysOf(form).length > 0);
  return inside ? innermost(inside, at) : { at, fault: issue };
}

function keysOf({ path }: Issue): Keys {
  return (path ?? []).map(({ key }) => key);
}

/** Keys as one would write them in code: `decoder.decoders[0].type`, `weight_map["model.norm.weight"]`. */
function formatPath(keys: Keys): string {
  return keys
    .map((key, place) => {
      if (typeof key === "number") return `[${key}]`;
      const name = String(key);
      if (!/^\w+$/.test(name)) return place === 0 ? name : `[${JSON.stringify(name)}]`;
      return place === 0 ? name : `.${name}`;
    })
    .join("");
}

const LONGEST_TEXT = 40;

function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value !== "string") return String(value);
  return `the text “${value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value}”`;
}

/** What a schema asks for, by its kind in valibot. */
const expectations: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  integer: "a whole number",
  safe_integer: "a whole number",
  finite: "a finite number",
};

/** valibot's `("a" | "b" | 1)` as “a”, “b” or 1. */
function listChoices(choices: string): string {
  const words = choices.replace(/^\(|\)$/g, "").split(" | ");
  return listWords(words.map((word) => word.replace(/^"(.*)"$/, "“$1”")));
}

function listWords(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}

function expected(issue: Issue): string {
  const { type, requirement, message } = issue;
  if (issue.issues) return listWords([...new Set(issue.issues.map(expected))]);
  if (type === "min_value") return `a number of at least ${String(requirement)}`;
  if (type === "literal" || type === "picklist") return listChoices(issue.expected ?? message);
  // Schemas with a condition of their own say in their message what they ask for.
  return expectations[type] ?? message;
}

import * as v from "valibot";
import { LuthierError } from "./errors";
import { isRecord } from "./json";
import {
  CUSTOM_FORMS,
  type CustomForm,
  type ExpectedValue,
  type FoundValue,
  type ValueFault,
  type WrongValue,
} from "./problems/value-faults";

/** Origin of a value, for error messages. */
export interface Origin extends Pick<WrongValue, "file">, Partial<Pick<WrongValue, "remedy">> {
  /** Key of the value in the file, unless it is the whole file. */
  readonly key?: string;
  readonly code?: "format/value" | "model/value" | "adapter/value";
}

/**
 * Parses an untrusted value by `schema`.
 *
 * @throws LuthierError("format", or the origin's area) with the file, the key, and the found and expected value
 */
export function parseAs<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { file, key, code = "format/value", remedy = "check-file" }: Origin,
): v.InferOutput<Schema> {
  const parsed = tryParse(schema, value, key === undefined ? [] : [key]);
  if (parsed.fault === null) return parsed.value;
  throw new LuthierError({ code, file, fault: parsed.fault, remedy });
}

/** A parsed value, or its fault. */
export type Parsed<T> =
  { readonly fault: null; readonly value: T } | { readonly fault: ValueFault; readonly value?: undefined };

/** Like {@link parseAs}, for callers that raise their own error. */
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

/** A non-negative integer: an id, a count, a size. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Error message of a custom check: the name of the form it expects. */
export function form(name: CustomForm): CustomForm {
  return name;
}

const record = v.custom<Record<string, unknown>>(isRecord, form("object"));

/** A JSON object with these keys, and possibly others; unlike valibot's `looseObject`, rejects arrays. */
export function objectOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(record, v.looseObject(entries));
}

/** A JSON object whose values all match one schema. */
export function recordOf<const Value extends v.GenericSchema>(value: Value) {
  return v.pipe(record, v.record(v.string(), value));
}

type Issue = v.BaseIssue<unknown>;
type Keys = readonly unknown[];

function describeIssue(issue: Issue, above: Keys): ValueFault {
  const { at, fault } = innermost(issue, above);
  return { path: formatPath(at), found: describeValue(fault.input), expected: expected(fault) };
}

/** For a union, the fault inside the alternative of the right type: of a list's item rather than of the list. */
function innermost(issue: Issue, above: Keys): { readonly at: Keys; readonly fault: Issue } {
  const at = [...above, ...keysOf(issue)];
  const inside = issue.issues?.find((inner) => keysOf(inner).length > 0);
  return inside ? innermost(inside, at) : { at, fault: issue };
}

function keysOf({ path }: Issue): Keys {
  return (path ?? []).map(({ key }) => key);
}

/** Formats a key path as code: `decoder.decoders[0].type`, `weight_map["model.norm.weight"]`. */
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

function describeValue(value: unknown): FoundValue {
  if (value === undefined) return { kind: "nothing" };
  if (value === null) return { kind: "null" };
  if (Array.isArray(value)) return { kind: "list" };
  if (typeof value === "object") return { kind: "object" };
  if (typeof value === "number" || typeof value === "boolean") return { kind: "scalar", value };
  if (typeof value !== "string") return { kind: "scalar", value: String(value) };
  return { kind: "text", start: value.slice(0, LONGEST_TEXT), isCut: value.length > LONGEST_TEXT };
}

/** Expected value by valibot schema type. */
const expectations: Readonly<Record<string, ExpectedValue>> = {
  string: { kind: "text" },
  number: { kind: "number" },
  boolean: { kind: "boolean" },
  array: { kind: "list" },
  integer: { kind: "whole-number" },
  safe_integer: { kind: "whole-number" },
  finite: { kind: "finite-number" },
};

/** Parses valibot's `("a" | "b" | 1)` into its values. */
function choicesOf(listed: string): FoundValue[] {
  const words = listed.replace(/^\(|\)$/g, "").split(" | ");
  return words.map((word) => {
    const [, text] = /^"(.*)"$/.exec(word) ?? [];
    return text === undefined ? { kind: "scalar", value: word } : { kind: "text", start: text, isCut: false };
  });
}

function expected(issue: Issue): ExpectedValue[] {
  const { type, requirement, message } = issue;
  if (issue.issues) {
    // Deduplicate alternatives with the same expectation.
    const all = issue.issues.flatMap(expected);
    return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  }
  if (type === "min_value") return [{ kind: "at-least", least: Number(requirement) }];
  if (type === "multiple_of") return [{ kind: "multiple", of: Number(requirement) }];
  if (type === "length") return [{ kind: "list-of-length", length: Number(requirement) }];
  if (type === "literal" || type === "picklist") {
    return [{ kind: "choice", values: choicesOf(issue.expected ?? message) }];
  }
  const custom = CUSTOM_FORMS.find((name) => name === message);
  return [custom ? { kind: custom } : (expectations[type] ?? { kind: "other", name: message })];
}

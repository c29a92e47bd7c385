import { pythonStrip, pythonWords, type StrippedEnds } from "../../lib/python-text";
import { isRecord } from "../../lib/json";
import type { TemplateNode, TemplateProgram } from "./syntax";

/** Limit of `range` in Jinja's sandbox. */
const MAX_RANGE = 100_000;

/** Raised by a template's raise_exception, about the conversation. */
export class TemplateRefusal extends Error {}

/**
 * Python methods and filters that the Jinja library lacks or implements with JavaScript semantics. {@link
 * withPythonFunctions} rewrites templates to call them by names that templates cannot spell.
 */
export const pythonFunctions: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception(message: unknown): never {
    throw new TemplateRefusal(String(message));
  },
  range,
  strftime_now: (format: unknown) => strftime(new Date(), String(format)),
  "str.strip": strips("both"),
  "str.lstrip": strips("left"),
  "str.rstrip": strips("right"),
  "str.split": split,
  "str.title": (text: unknown) =>
    asText(text, "title").replace(/\p{L}+/gu, (word) => upperFirst(word.toLowerCase())),
  "str.capitalize": (text: unknown) => upperFirst(asText(text, "capitalize").toLowerCase()),
  length,
};

const METHODS: ReadonlyMap<string, string> = new Map(
  ["strip", "lstrip", "rstrip", "split", "title", "capitalize"].map((name) => [name, `str.${name}`]),
);
const FILTERS: ReadonlyMap<string, string> = new Map([
  ["trim", "str.strip"],
  ["title", "str.title"],
  ["capitalize", "str.capitalize"],
  ["length", "length"],
  ["count", "length"],
]);

/** Replaces methods and filters in a template with {@link pythonFunctions}. */
export function withPythonFunctions(program: TemplateProgram): TemplateProgram {
  return rewritten(program) as TemplateProgram;
}

/** Rewrites a tree, including lists and maps of nodes. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (value instanceof Map) {
    return new Map([...value].map(([key, held]) => [rewritten(key), rewritten(held)]));
  }
  if (!isRecord(value)) return value;
  const node = Object.fromEntries(Object.entries(value).map(([name, held]) => [name, rewritten(held)]));
  // The library checks nodes with instanceof.
  return Object.setPrototypeOf(asCall(node) ?? node, Object.getPrototypeOf(value) as object) as unknown;
}

/** A replaced method or filter as a function call; null for other nodes. */
function asCall(node: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  if (node.type === "CallExpression" && isMember(node.callee)) {
    const { object: operand, property } = node.callee;
    if (property.value === "replace") {
      // Equivalent to the filter, which counts its work.
      return { type: "FilterExpression", operand, filter: { ...node, callee: property } };
    }
    const name = METHODS.get(property.value);
    return name ? call(name, [operand, ...(node.args as unknown[])]) : null;
  }
  if (node.type === "FilterExpression") {
    const { filter } = node;
    if (isNamed(filter)) {
      const name = FILTERS.get(filter.value);
      return name ? call(name, [node.operand]) : null;
    }
    if (isRecord(filter) && filter.type === "CallExpression" && isNamed(filter.callee)) {
      const name = FILTERS.get(filter.callee.value);
      return name ? call(name, [node.operand, ...(filter.args as unknown[])]) : null;
    }
  }
  return null;
}

function call(name: string, args: readonly unknown[]): Record<string, unknown> {
  return { type: "CallExpression", callee: { type: "Identifier", value: name }, args };
}

interface Named extends TemplateNode {
  readonly value: string;
}

function isNamed(node: unknown): node is Named {
  return isRecord(node) && node.type === "Identifier" && typeof node.value === "string";
}

function isMember(node: unknown): node is { readonly object: unknown; readonly property: Named } {
  return (
    isRecord(node) && node.type === "MemberExpression" && node.computed !== true && isNamed(node.property)
  );
}

function asText(value: unknown, method: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${method}() is there for texts alone`);
}

function strips(ends: StrippedEnds): (text: unknown, characters?: unknown) => string {
  return (text, characters) =>
    pythonStrip(asText(text, "strip"), ends, typeof characters === "string" ? characters : null);
}

/** Python's `split(sep=None, maxsplit=-1)`; keyword arguments arrive as a trailing map. */
function split(text: unknown, ...args: readonly unknown[]): string[] {
  const last = args.at(-1);
  const named = last instanceof Map ? (last as ReadonlyMap<string, { readonly value: unknown }>) : null;
  const given = named ? args.slice(0, -1) : args;
  const separator = given[0] ?? named?.get("sep")?.value ?? null;
  const limit = Number(given[1] ?? named?.get("maxsplit")?.value ?? -1);
  const whole = asText(text, "split");
  if (separator === null) return pythonWords(whole, limit);
  if (typeof separator !== "string" || separator === "") throw new Error("split() needs a separator");
  const parts = whole.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** Python's len: characters of a string, entries of a list or object; 0 if undefined. */
function length(value: unknown): number {
  if (typeof value === "string") return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (value === undefined) return 0;
  throw new Error("length is there for texts, lists and objects alone");
}

function range(first: unknown, end?: unknown, by: unknown = 1): number[] {
  const [start, stop, step] =
    end === undefined ? [0, Number(first), Number(by)] : [Number(first), Number(end), Number(by)];
  if (![start, stop, step].every(Number.isInteger)) throw new Error("range() needs whole numbers");
  if (step === 0) throw new Error("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) throw new RangeError(`range too big, a template may have ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function upperFirst(word: string): string {
  const [first = ""] = word;
  return first.toUpperCase() + word.slice(first.length);
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Python's strftime for the directives that templates use, always in English. */
function strftime(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const month = MONTHS[date.getMonth()] ?? "";
  const day = DAYS[date.getDay()] ?? "";
  const parts: Readonly<Record<string, string>> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: two(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    "%": "%",
  };
  return format.replace(/%(.)/g, (whole, part: string) => parts[part] ?? whole);
}

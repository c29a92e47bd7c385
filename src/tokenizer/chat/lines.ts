import { parse, tokenize } from "@huggingface/jinja";
import { isRecord } from "../../lib/json";
import type { TemplateProgram } from "./syntax";

type Token = ReturnType<typeof tokenize>[number];

/** Lexer options equivalent to transformers'. */
export const LEXER_OPTIONS = { lstrip_blocks: true, trim_blocks: true } as const;

/** A template that cannot be parsed, with the line reached; null at the end of the template. */
export class UnreadableTemplate extends Error {
  readonly line: number | null;

  constructor(reason: string, line: number | null) {
    super(reason);
    this.line = line;
  }
}

/**
 * Parses a template and sets `line` in each node, since the library keeps no positions.
 * @throws UnreadableTemplate
 */
export function parseWithLines(source: string): TemplateProgram {
  const tokens = readTokens(source);
  const lines = tokenLines(source, tokens);
  let reached = 0;
  const watched = new Proxy(tokens, {
    get(target, key, receiver): unknown {
      if (typeof key === "string" && /^\d+$/.test(key)) reached = Math.max(reached, Number(key));
      return Reflect.get(target, key, receiver);
    },
  });
  let program: TemplateProgram;
  try {
    program = parse(watched) as unknown as TemplateProgram;
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new UnreadableTemplate(messageOf(cause), reached < tokens.length ? (lines[reached] ?? null) : null);
  }
  noteLines(program, parse(tokens.map(numbered)), lines);
  return program;
}

function readTokens(source: string): Token[] {
  try {
    return tokenize(source, LEXER_OPTIONS);
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    const reason = messageOf(cause);
    const isUnfinished = /end of (?:input|comment)/i.test(reason);
    throw new UnreadableTemplate(reason, isUnfinished ? null : faultyLine(source, reason));
  }
}

/** The first line at which truncating the source gives the same error. */
function faultyLine(source: string, reason: string): number {
  const lines = source.split("\n");
  const fails = (count: number): boolean => {
    try {
      tokenize(lines.slice(0, count).join("\n"), LEXER_OPTIONS);
      return false;
    } catch (cause) {
      return messageOf(cause) === reason;
    }
  };
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (fails(middle)) bad = middle;
    else good = middle;
  }
  return bad;
}

/** The line of each token, from 1; tokens occur in the source in order. */
function tokenLines(source: string, tokens: readonly Token[]): number[] {
  let at = 0;
  let line = 1;
  const goTo = (place: number): void => {
    for (; at < place; at++) if (source[at] === "\n") line++;
  };
  return tokens.map(({ type, value }) => {
    const quote = type === "StringLiteral" ? source.slice(at).search(/['"]/) : -1;
    const text = type === "Text" ? (value.trim().split("\n")[0] ?? "") : value;
    const start = quote >= 0 ? at + quote : source.indexOf(text, at);
    if (start < 0) return line;
    goTo(start);
    const found = line;
    goTo(quote >= 0 ? closingQuote(source, start) + 1 : start + text.length);
    return found;
  });
}

function closingQuote(source: string, start: number): number {
  const quote = source[start];
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
  return Math.min(at, source.length - 1);
}

const MARK = "\uE000";
/** Names by which the parser recognises statements and operators. */
const KEYWORDS: ReadonlySet<string> = new Set([
  "set",
  "endset",
  "if",
  "elif",
  "else",
  "endif",
  "for",
  "endfor",
  "in",
  "is",
  "not",
  "and",
  "or",
  "macro",
  "endmacro",
  "call",
  "endcall",
  "filter",
  "endfilter",
  "break",
  "continue",
]);

/** A token whose name or text is replaced by its number, so that nodes reveal their tokens. */
function numbered(token: Token, index: number): Token {
  const isLeaf =
    token.type === "StringLiteral" || (token.type === "Identifier" && !KEYWORDS.has(token.value));
  return isLeaf ? { ...token, value: `${MARK}${index}${MARK}` } : token;
}

/** Walks a tree alongside the same tree of numbered tokens; returns the number of the first token in it. */
function noteLines(node: unknown, twin: unknown, lines: readonly number[]): number | null {
  if (typeof twin === "string") {
    const [, index] = /^\uE000(\d+)\uE000/.exec(twin) ?? [];
    return index === undefined ? null : Number(index);
  }
  const found = partsOf(node).map((part, index) => noteLines(part, partsOf(twin)[index], lines));
  const first = found.reduce(
    (least, each) => (least === null || (each !== null && each < least) ? each : least),
    null,
  );
  if (isRecord(node) && typeof node.type === "string" && first !== null)
    (node as { line?: number }).line = lines[first] ?? 1;
  return first;
}

function partsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.entries()].flat();
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, held]) => (key === "line" ? [] : [held]))
    : [];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

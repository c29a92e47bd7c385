import { LuthierError } from "./errors";

/** Whether a value is a JSON object: neither null, an array, nor a scalar. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Model files nest about a dozen levels; recursive processing has a limited stack. */
const MAX_DEPTH = 500;

/** Whether a JSON text nests deeper than any legitimate file. */
export function isNestedTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      for (at++; at < json.length && json.charCodeAt(at) !== QUOTE; at++) {
        if (json.charCodeAt(at) === BACKSLASH) at++;
      }
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Parses a file that must contain a JSON object.
 *
 * @throws LuthierError("format") naming the file if it is not JSON, or not an object
 */
export function parseJsonObject(text: string, file: string): Record<string, unknown> {
  if (isNestedTooDeep(text)) throw new LuthierError({ code: "format/nested-too-deep", file });
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LuthierError({ code: "format/not-json", file, reason }, { cause });
  }
  if (!isRecord(value)) throw new LuthierError({ code: "format/no-object", file });
  return value;
}

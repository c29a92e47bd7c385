import { LuthierError } from "./errors";

/** True for a JSON object: neither null, nor an array, nor a scalar. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses a file that has to hold one JSON object.
 * @throws LuthierError("format") naming the file when it is no JSON, or no object.
 */
export function parseJsonObject(text: string, file: string): Record<string, unknown> {
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

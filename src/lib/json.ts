import { LuthierError } from "./errors";

/** What helps with most files that are not as they should be. */
export const CHECK_FILE = "Check that the file was downloaded whole and is the right one.";

/** True for a JSON object: neither null, nor an array, nor a scalar. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses a file that has to hold one JSON object.
 * @throws LuthierError("format") naming the file when it is no JSON, or no object.
 */
export function parseJsonObject(text: string, fileName: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LuthierError("format", `${fileName} is not valid JSON: ${reason}.`, CHECK_FILE, { cause });
  }
  if (!isRecord(value))
    throw new LuthierError("format", `${fileName} does not hold a JSON object.`, CHECK_FILE);
  return value;
}

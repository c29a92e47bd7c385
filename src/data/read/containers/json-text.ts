import type { JsonBreak } from "../../../lib/problems/dataset-faults";
import { JsonError, JsonValues } from "./json-values";
import type { TextPosition } from "./text-position";

/** Parses JSON, with NaN and ±Infinity as null; undefined if invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return /NaN|Infinity/.test(text) ? parsePython(text) : undefined;
  }
}

function parsePython(text: string): unknown {
  let found: unknown;
  const values = new JsonValues(["$"], ({ value }) => {
    found = value;
  });
  try {
    values.write(new TextEncoder().encode(text));
    values.end();
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  return found;
}

/**
 * Locates a syntax error in JSON, independent of the browser's messages; null if valid.
 * @param position where the text starts
 */
export function findBreak(bytes: Uint8Array, position?: TextPosition): JsonBreak | null {
  const values = new JsonValues(["$"], () => undefined, position);
  try {
    values.write(bytes);
    values.end();
  } catch (error) {
    if (error instanceof JsonError) return error.json;
    throw error;
  }
  return null;
}

import type { JsonBreak } from "../../../lib/problems/dataset-faults";
import { JsonError, JsonValues } from "./json-values";
import type { TextPosition } from "./text-position";

/** The value of a JSON text, with null for NaN and ±Infinity; undefined, which no JSON text is, where it is none. */
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
 * Where a JSON text breaks and why, as the browser itself does not say in the same words everywhere; null where it does
 * not break.
 * @param position where the text begins
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

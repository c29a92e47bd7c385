import type * as v from "valibot";
import { type ByteSource, fetchSource } from "../formats/byte-source";
import { LuthierError } from "../lib/errors";
import { parseAs } from "../lib/schema";

/** The page's root; a built worker is served from its assets folder. */
const root = new URL(import.meta.env.DEV ? "/" : "../", self.location.href);

/** The URL of a file in public/. */
export function publicUrl(path: string): string {
  return new URL(path, root).href;
}

/** Reads a JSON file shipped with the studio and validates it against `schema`. */
export async function readPublicJson<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const response = await fetch(publicUrl(path));
  if (!response.ok) {
    throw new LuthierError({ code: "file/not-installed", path, status: response.status });
  }
  return parseAs(schema, await response.json(), { file: path });
}

/** Fetches a file shipped with the studio. */
export function readPublicFile(path: string, signal: AbortSignal): Promise<ByteSource> {
  return fetchSource(publicUrl(path), { name: path, signal });
}

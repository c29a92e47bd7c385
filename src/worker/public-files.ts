import type * as v from "valibot";
import { type ByteSource, fetchSource } from "../formats/byte-source";
import { LuthierError } from "../lib/errors";
import { parseAs } from "../lib/schema";

/** The folder that the page is served from; a built worker lies in its assets folder. */
const root = new URL(import.meta.env.DEV ? "/" : "../", self.location.href);

/** Where a file of public/ is served. */
export function publicUrl(path: string): string {
  return new URL(path, root).href;
}

/** Reads a JSON file that comes with the studio, as `schema` describes it. */
export async function readPublicJson<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const response = await fetch(publicUrl(path));
  if (!response.ok) {
    throw new LuthierError({ code: "file/not-installed", path, status: response.status });
  }
  return parseAs(schema, await response.json(), { file: path });
}

/** A whole file that comes with the studio. */
export function readPublicFile(path: string, signal: AbortSignal): Promise<ByteSource> {
  return fetchSource(publicUrl(path), { name: path, signal });
}

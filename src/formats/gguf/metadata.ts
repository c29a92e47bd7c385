import * as v from "valibot";
import { form, parseAs } from "../../lib/schema";
import type { Cursor } from "./cursor";

/** A metadata value; 64-bit integers beyond 2^53 lose precision. */
export type GgufValue =
  number | boolean | string | readonly number[] | readonly boolean[] | readonly string[];

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Location of an entry (key, type and value) in the file. */
export interface EntryRange {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** Limits on entries and list elements, far above what models use. */
const MAX_ENTRIES = 65536;
const MAX_LIST = 2 ** 22;
const MAX_KEY_BYTES = 65535;
const MAX_TEXT_BYTES = 2 ** 26;

interface Scalar {
  readonly bytes: number;
  read(view: DataView): number | boolean;
}

const scalars: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (view) => view.getUint8(0) },
  1: { bytes: 1, read: (view) => view.getInt8(0) },
  2: { bytes: 2, read: (view) => view.getUint16(0, true) },
  3: { bytes: 2, read: (view) => view.getInt16(0, true) },
  4: { bytes: 4, read: (view) => view.getUint32(0, true) },
  5: { bytes: 4, read: (view) => view.getInt32(0, true) },
  6: { bytes: 4, read: (view) => view.getFloat32(0, true) },
  7: { bytes: 1, read: (view) => view.getUint8(0) !== 0 },
  10: { bytes: 8, read: (view) => Number(view.getBigUint64(0, true)) },
  11: { bytes: 8, read: (view) => Number(view.getBigInt64(0, true)) },
  12: { bytes: 8, read: (view) => view.getFloat64(0, true) },
};
const TEXT = 8;
const LIST = 9;

/** Reads the key-value pairs of a GGUF header. Errors: a duplicate key, an invalid type or length. */
export async function readMetadata(
  cursor: Cursor,
  count: number,
): Promise<{ readonly metadata: GgufMetadata; readonly entries: readonly EntryRange[] }> {
  if (count > MAX_ENTRIES)
    throw cursor.broken({ kind: "count", of: { things: "metadata-entries" }, count: String(count) });
  const metadata = new Map<string, GgufValue>();
  const entries: EntryRange[] = [];
  for (let i = 0; i < count; i++) {
    const start = cursor.position;
    const key = await cursor.name(MAX_KEY_BYTES);
    if (metadata.has(key)) throw cursor.broken({ kind: "key-twice", key });
    metadata.set(key, await readValue(cursor, key, await cursor.u32()));
    entries.push({ key, start, end: cursor.position });
  }
  return { metadata, entries };
}

async function readValue(cursor: Cursor, key: string, type: number): Promise<GgufValue> {
  if (type === LIST) return readList(cursor, key);
  if (type === TEXT) return cursor.text(MAX_TEXT_BYTES);
  const scalar = scalars[type];
  if (!scalar) throw cursor.broken({ kind: "value-type", key, type });
  const reading = cursor.ensure(scalar.bytes);
  if (reading) await reading;
  return scalar.read(cursor.take(scalar.bytes));
}

async function readList(cursor: Cursor, key: string): Promise<GgufValue> {
  const type = await cursor.u32();
  const leastBytes = type === TEXT ? 8 : scalars[type]?.bytes;
  // Nested lists do not occur in practice.
  if (leastBytes === undefined) throw cursor.broken({ kind: "item-type", key, type });
  const count = await cursor.count(
    { things: "list-items", key },
    Math.min(MAX_LIST, (cursor.remaining - 8) / leastBytes),
  );
  const values: GgufValue[] = [];
  for (let i = 0; i < count; i++) values.push(await readValue(cursor, key, type));
  return values as readonly string[];
}

const finite = v.pipe(v.number(), v.finite());

/** Lists can be as long as a vocabulary, so items are checked without per-item issues. */
const textList = v.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  form("text-list"),
);
const numberList = v.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "number"),
  form("number-list"),
);

const flagList = v.pipe(
  v.array(v.boolean()),
  v.transform((flags) => flags.map(Number)),
);

/** Typed access to metadata. Missing entries are null; wrong types throw. */
export class MetadataReader {
  readonly #metadata: GgufMetadata;
  readonly file: string;
  readonly #asked = new Set<string>();

  constructor(metadata: GgufMetadata, file: string) {
    this.#metadata = metadata;
    this.file = file;
  }

  number(key: string): number | null {
    return this.#read(key, finite);
  }

  text(key: string): string | null {
    return this.#read(key, v.string());
  }

  boolean(key: string): boolean | null {
    return this.#read(key, v.boolean());
  }

  numbers(key: string): readonly number[] | null {
    return this.#read(key, numberList);
  }

  /** Numbers or booleans per layer, or one number for all. */
  numberOrNumbers(key: string): number | readonly number[] | null {
    return this.#read(key, v.union([finite, numberList, flagList]));
  }

  texts(key: string): readonly string[] | null {
    return this.#read(key, textList);
  }

  /** A required entry. */
  requireNumber(key: string): number {
    return this.#parse(key, finite);
  }

  /** A required entry. */
  requireNumbers(key: string): readonly number[] {
    return this.#parse(key, numberList);
  }

  /** Entries under a prefix that have not been read. */
  unread(prefix: string): (readonly [key: string, value: GgufValue])[] {
    return [...this.#metadata].filter(([key]) => key.startsWith(prefix) && !this.#asked.has(key));
  }

  #read<T>(key: string, schema: v.GenericSchema<unknown, T>): T | null {
    this.#asked.add(key);
    return this.#metadata.has(key) ? this.#parse(key, schema) : null;
  }

  #parse<T>(key: string, schema: v.GenericSchema<unknown, T>): T {
    this.#asked.add(key);
    return parseAs(schema, this.#metadata.get(key), {
      file: this.file,
      key,
      remedy: "other-gguf",
    });
  }
}

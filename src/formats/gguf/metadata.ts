import { isRecord } from "../../lib/json";
import type { Cursor } from "./cursor";

/** A value of the metadata; whole numbers of 64 bits beyond 2^53 lose their last digits. */
export type GgufValue =
  number | boolean | string | readonly number[] | readonly boolean[] | readonly string[];

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Entries that the metadata may have, and elements of a list in it: far more than any model needs. */
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

/** Reads the key-value pairs of a GGUF header. Errors: a key given twice, a type or length that cannot be. */
export async function readMetadata(cursor: Cursor, count: number): Promise<GgufMetadata> {
  if (count > MAX_ENTRIES) throw cursor.broken(`announces ${count} entries of metadata, which cannot be`);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = await cursor.text(MAX_KEY_BYTES);
    if (metadata.has(key)) throw cursor.broken(`gives "${key}" twice`);
    metadata.set(key, await readValue(cursor, key, await cursor.u32()));
  }
  return metadata;
}

async function readValue(cursor: Cursor, key: string, type: number): Promise<GgufValue> {
  if (type === LIST) return readList(cursor, key);
  if (type === TEXT) return cursor.text(MAX_TEXT_BYTES);
  const scalar = scalars[type];
  if (!scalar) throw cursor.broken(`gives "${key}" the unknown type ${type}`);
  const reading = cursor.ensure(scalar.bytes);
  if (reading) await reading;
  return scalar.read(cursor.take(scalar.bytes));
}

async function readList(cursor: Cursor, key: string): Promise<GgufValue> {
  const type = await cursor.u32();
  const leastBytes = type === TEXT ? 8 : scalars[type]?.bytes;
  // Lists of lists occur in no model.
  if (leastBytes === undefined)
    throw cursor.broken(`lists values of the unknown type ${type} under "${key}"`);
  const count = await cursor.count(
    `elements of "${key}"`,
    Math.min(MAX_LIST, (cursor.remaining - 8) / leastBytes),
  );
  const values: GgufValue[] = [];
  for (let i = 0; i < count; i++) values.push(await readValue(cursor, key, type));
  return values as readonly string[];
}

/** Reads typed entries of the metadata; what is missing or of another type is null. */
export class MetadataReader {
  readonly #metadata: GgufMetadata;

  constructor(metadata: GgufMetadata) {
    this.#metadata = metadata;
  }

  number(key: string): number | null {
    const value = this.#metadata.get(key);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  text(key: string): string | null {
    const value = this.#metadata.get(key);
    return typeof value === "string" ? value : null;
  }

  boolean(key: string): boolean | null {
    const value = this.#metadata.get(key);
    return typeof value === "boolean" ? value : null;
  }

  numbers(key: string): readonly number[] | null {
    const value = this.#metadata.get(key);
    return isList(value) && value.every((item) => typeof item === "number")
      ? (value as readonly number[])
      : null;
  }

  texts(key: string): readonly string[] | null {
    const value = this.#metadata.get(key);
    return isList(value) && value.every((item) => typeof item === "string")
      ? (value as readonly string[])
      : null;
  }
}

function isList(value: GgufValue | undefined): value is readonly GgufValue[] & GgufValue {
  return Array.isArray(value) && !isRecord(value);
}

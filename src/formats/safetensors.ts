import { LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";
import { isRecord } from "../lib/json";
import type { SafetensorsFault, TensorEntryFault } from "../lib/problems/format-problems";
import type { ByteSource } from "./byte-source";
import { findDuplicateKey } from "./duplicate-key";

/** Element sizes of the format's data types. */
const dtypeSizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type SafetensorsDtype = keyof typeof dtypeSizes;

/** A tensor in a file; `start` and `end` are file offsets. Data is row-major and little-endian. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In file order. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads and validates the header of a safetensors file: an 8-byte little-endian length, that many bytes of JSON, then
 * tensors without gaps or overlaps.
 * @throws LuthierError("format") with the file, and the tensor if applicable
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  if (source.sizeBytes < 8) throw broken(source, { kind: "too-short" });
  const prefix = await source.read(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  await refusePointer(source, prefix);
  if (length > MAX_HEADER_BYTES || length > source.sizeBytes - 8) {
    throw broken(source, { kind: "header-size", headerBytes: length });
  }
  const header = parseHeader(source, await source.read(8, 8 + length));
  const { __metadata__: metadata = {}, ...described } = header;
  const tensors = Object.entries(described).map(([name, value]) =>
    parseEntry(source, name, value, 8 + length),
  );
  tensors.sort((a, b) => a.start - b.start || a.end - b.end);
  checkCoverage(source, tensors, 8 + length);
  return { tensors, metadata: parseMetadata(source, metadata) };
}

/** A tensor to write, row-major: f32, or booleans as bytes. */
export type TensorToWrite = { readonly name: string; readonly shape: readonly number[] } & (
  | { readonly dtype: "F32"; readonly data: Float32Array }
  | { readonly dtype: "BOOL"; readonly data: Uint8Array }
);

/**
 * Writes a safetensors file like the reference implementation: tensors sorted by name, header padded with spaces to 8
 * bytes. PyTorch loaders require `format: "pt"`.
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = { format: "pt" },
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, shape, data } of sorted) {
    invariant(
      elementCount(shape) === data.length,
      `${name} has ${data.length} values for [${shape.join(", ")}]`,
    );
  }
  const header = safetensorsHeader(sorted, metadata);
  const file = new Uint8Array(header.length + sorted.reduce((sum, { data }) => sum + data.byteLength, 0));
  file.set(header);
  let offset = header.length;
  for (const { data } of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/** Header for tensors stored in the given order without gaps: length, JSON, and padding to 8 bytes. */
export function safetensorsHeader(
  tensors: readonly Pick<TensorEntry, "name" | "dtype" | "shape">[],
  metadata: Readonly<Record<string, string>> = { format: "pt" },
): Uint8Array<ArrayBuffer> {
  const entries: [string, unknown][] = [["__metadata__", metadata]];
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    const start = end;
    end += elementCount(shape) * dtypeSizes[dtype];
    entries.push([name, { dtype, shape, data_offsets: [start, end] }]);
  }
  invariant(new Set(entries.map(([name]) => name)).size === entries.length, "two tensors share a name");
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return header;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function broken(source: ByteSource, fault: SafetensorsFault, cause?: unknown): LuthierError {
  return new LuthierError({ code: "format/safetensors", file: source.name, fault }, { cause });
}

/** Without Git LFS, cloned repositories contain pointer files instead of weights. */
async function refusePointer(source: ByteSource, prefix: Uint8Array): Promise<void> {
  if (source.sizeBytes > 1024 || new TextDecoder().decode(prefix) !== "version ") return;
  const text = new TextDecoder().decode(await source.read(0, source.sizeBytes));
  if (!text.startsWith("version https://git-lfs")) return;
  throw new LuthierError({ code: "format/lfs-pointer", file: source.name });
}

function parseHeader(source: ByteSource, bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw broken(source, { kind: "header-damaged" }, cause);
  }
  if (!isRecord(value)) throw broken(source, { kind: "header-not-object" });
  const twice = findDuplicateKey(text);
  if (twice !== null) throw broken(source, { kind: "name-twice", name: twice });
  return value;
}

function parseMetadata(source: ByteSource, value: unknown): Record<string, string> {
  if (!isRecord(value)) throw broken(source, { kind: "metadata-not-object" });
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== "string") throw broken(source, { kind: "metadata-not-text", key });
      return [key, text];
    }),
  );
}

function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === "string" && Object.hasOwn(dtypeSizes, value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Parses a header entry; its offsets are relative to `base`, the end of the header. */
function parseEntry(source: ByteSource, name: string, value: unknown, base: number): TensorEntry {
  const fail = (fault: TensorEntryFault): LuthierError =>
    broken(source, { kind: "tensor", tensor: name, fault });
  if (!isRecord(value)) throw fail({ kind: "not-object" });
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) throw fail({ kind: "dtype", dtype: JSON.stringify(dtype) ?? null });
  if (!Array.isArray(shape) || !shape.every(isCount)) throw fail({ kind: "shape" });
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fail({ kind: "offsets" });
  }
  const [from = 0, to = 0] = offsets;
  const sizeBytes = elementCount(shape) * dtypeSizes[dtype];
  if (!Number.isSafeInteger(sizeBytes) || to - from !== sizeBytes) {
    throw fail({ kind: "size", dtype, shape, sizeBytes, givenBytes: to - from });
  }
  return { name, dtype, shape, start: base + from, end: base + to };
}

/** Checks that tensors cover the data exactly, without gaps or overlaps. */
function checkCoverage(source: ByteSource, tensors: readonly TensorEntry[], base: number): void {
  const end = tensors.reduce((last, tensor) => Math.max(last, tensor.end), base);
  if (end > source.sizeBytes) {
    throw broken(source, { kind: "cut", fileBytes: source.sizeBytes, announcedBytes: end });
  }
  let covered = base;
  for (const tensor of tensors) {
    if (tensor.start < covered) throw broken(source, { kind: "overlap", tensor: tensor.name });
    if (tensor.start > covered) throw broken(source, { kind: "gap-before", tensor: tensor.name });
    covered = tensor.end;
  }
  if (covered < source.sizeBytes) throw broken(source, { kind: "bytes-behind" });
}

import type { ByteSource } from "./byte-source";

/** An entry of a zip's central directory. */
export interface ZipEntry {
  /** "/"-separated path. */
  readonly name: string;
  /** 0 stored, 8 deflated; others are unsupported. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Offset of the local header. */
  readonly headerStart: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const WIDE_LOCATOR_SIGNATURE = 0x07064b50;
const WIDE_LOCATOR_BYTES = 20;
const WIDE_END_SIGNATURE = 0x06064b50;
const WIDE_END_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const HEADER_SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;
/** Placeholder for values in the zip64 extra field. */
const WIDE = 0xffff_ffff;
const WIDE_FIELD = 1;
const ENCRYPTED = 1;

/** The bytes are not a valid zip. The caller adds the archive's name. */
export class DamagedZip extends Error {}

/**
 * Reads the central directory of a zip or zip64.
 * @param maxBytes limit on its size
 * @throws DamagedZip
 */
export async function readZipDirectory(source: ByteSource, maxBytes: number): Promise<ZipEntry[]> {
  const { start, bytes: length } = await findDirectory(source);
  if (length > maxBytes || start + length > source.sizeBytes) throw new DamagedZip("directory out of place");
  const bytes = await source.read(start, start + length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= length && view.getUint32(at, true) === ENTRY_SIGNATURE;) {
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const nameEnd = at + ENTRY_BYTES + nameBytes;
    const next = nameEnd + extraBytes + view.getUint16(at + 32, true);
    if (next > length) throw new DamagedZip("entry out of place");
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd));
    const wide = wideNumbers(view, nameEnd, nameEnd + extraBytes);
    const number = (value: number): number => (value === WIDE ? (wide.shift() ?? WIDE) : value);
    // In the order of the zip64 extra field.
    const sizeBytes = number(view.getUint32(at + 24, true));
    const packedBytes = number(view.getUint32(at + 20, true));
    const headerStart = number(view.getUint32(at + 42, true));
    entries.push({
      name: name.replaceAll("\\", "/"),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
      packedBytes,
      sizeBytes,
      headerStart,
    });
    at = next;
  }
  return entries;
}

/** Offset of an entry's data: its local header's name and extra fields may differ in length from the directory's. */
export async function packedStart(
  source: ByteSource,
  { headerStart, packedBytes }: ZipEntry,
): Promise<number> {
  if (headerStart + HEADER_BYTES > source.sizeBytes) throw new DamagedZip("header out of place");
  const bytes = await source.read(headerStart, headerStart + HEADER_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== HEADER_SIGNATURE) throw new DamagedZip("no header");
  const start = headerStart + HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + packedBytes > source.sizeBytes) throw new DamagedZip("file out of place");
  return start;
}

async function findDirectory(source: ByteSource): Promise<{ start: number; bytes: number }> {
  const from = Math.max(0, source.sizeBytes - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await source.read(from, source.sizeBytes);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw new DamagedZip("no directory");
  const start = view.getUint32(end + 16, true);
  const locator = end - WIDE_LOCATOR_BYTES;
  if (start !== WIDE && view.getUint16(end + 10, true) !== 0xffff) {
    return { start, bytes: view.getUint32(end + 12, true) };
  }
  if (locator < 0 || view.getUint32(locator, true) !== WIDE_LOCATOR_SIGNATURE) {
    return { start, bytes: view.getUint32(end + 12, true) };
  }
  const wideStart = Number(view.getBigUint64(locator + 8, true));
  if (wideStart + WIDE_END_BYTES > source.sizeBytes) throw new DamagedZip("directory out of place");
  const bytes = await source.read(wideStart, wideStart + WIDE_END_BYTES);
  const wide = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (wide.getUint32(0, true) !== WIDE_END_SIGNATURE) throw new DamagedZip("no directory");
  return { start: Number(wide.getBigUint64(48, true)), bytes: Number(wide.getBigUint64(40, true)) };
}

/** 64-bit values in an entry's zip64 extra field. */
function wideNumbers(view: DataView, start: number, end: number): number[] {
  const numbers: number[] = [];
  for (let at = start; at + 4 <= end;) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === WIDE_FIELD) {
      for (let place = at + 4; place + 8 <= Math.min(fieldEnd, end); place += 8) {
        numbers.push(Number(view.getBigUint64(place, true)));
      }
    }
    at = fieldEnd;
  }
  return numbers;
}

/** Random-access bytes. */
export interface SeekableBytes {
  readonly sizeBytes: number;
  /** The bytes [start, end). */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** An entry of a zip's central directory. */
export interface ZipEntry {
  /** "/"-separated path. */
  readonly name: string;
  /** 0 stored, 8 deflated; others are unsupported. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Checksum of the unpacked data. */
  readonly crc32: number;
  /** Offset of the local header. */
  readonly headerStart: number;
}

export const STORED = 0;
export const DEFLATED = 8;

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
/** Room for several hundred thousand files. */
const MAX_DIRECTORY_BYTES = 2 ** 25;

/** How a zip is damaged: no directory, an incomplete directory, or a damaged member. */
export type ZipDamage = "no-directory" | "directory-cut" | "cut";

/** Thrown for bytes that are not a zip; the caller knows the archive's name. */
export class DamagedZip extends Error {
  override readonly name = "DamagedZip";
  readonly damage: ZipDamage;

  constructor(damage: ZipDamage) {
    super(damage);
    this.damage = damage;
  }
}

/**
 * Reads the directory of a zip, with 32-bit or 64-bit sizes, without the files themselves.
 * @throws DamagedZip
 */
export async function readZipDirectory(source: SeekableBytes): Promise<ZipEntry[]> {
  const { start, bytes: length, count } = await findDirectory(source);
  if (length > MAX_DIRECTORY_BYTES || start + length > source.sizeBytes)
    throw new DamagedZip("directory-cut");
  const bytes = await source.read(start, start + length);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= length && view.getUint32(at, true) === ENTRY_SIGNATURE;) {
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const nameEnd = at + ENTRY_BYTES + nameBytes;
    const next = nameEnd + extraBytes + view.getUint16(at + 32, true);
    if (next > length) throw new DamagedZip("directory-cut");
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
      crc32: view.getUint32(at + 16, true),
      headerStart,
    });
    at = next;
  }
  // Archives without 64-bit fields count modulo 2^16.
  if (entries.length % 2 ** 16 !== count % 2 ** 16) throw new DamagedZip("directory-cut");
  return entries;
}

/** Offset of an entry's data: its local header's name and extra fields may differ in length from the directory's. */
export async function packedStart(
  source: SeekableBytes,
  { headerStart, packedBytes }: ZipEntry,
): Promise<number> {
  if (headerStart + HEADER_BYTES > source.sizeBytes) throw new DamagedZip("cut");
  const view = viewOf(await source.read(headerStart, headerStart + HEADER_BYTES));
  if (view.getUint32(0, true) !== HEADER_SIGNATURE) throw new DamagedZip("cut");
  const start = headerStart + HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + packedBytes > source.sizeBytes) throw new DamagedZip("cut");
  return start;
}

interface Directory {
  readonly start: number;
  readonly bytes: number;
  /** Its entries, up to the count that the archive states. */
  readonly count: number;
}

async function findDirectory(source: SeekableBytes): Promise<Directory> {
  const from = Math.max(0, source.sizeBytes - END_BYTES - MAX_COMMENT_BYTES);
  const tail = viewOf(await source.read(from, source.sizeBytes));
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw new DamagedZip("no-directory");
  const directory = {
    start: tail.getUint32(end + 16, true),
    bytes: tail.getUint32(end + 12, true),
    count: tail.getUint16(end + 10, true),
  };
  const locator = end - WIDE_LOCATOR_BYTES;
  if (directory.start !== WIDE && directory.count !== 0xffff) return directory;
  if (locator < 0 || tail.getUint32(locator, true) !== WIDE_LOCATOR_SIGNATURE) return directory;
  return wideDirectory(source, Number(tail.getBigUint64(locator + 8, true)));
}

async function wideDirectory(source: SeekableBytes, at: number): Promise<Directory> {
  if (at + WIDE_END_BYTES > source.sizeBytes) throw new DamagedZip("directory-cut");
  const end = viewOf(await source.read(at, at + WIDE_END_BYTES));
  if (end.getUint32(0, true) !== WIDE_END_SIGNATURE) throw new DamagedZip("no-directory");
  return {
    start: Number(end.getBigUint64(48, true)),
    bytes: Number(end.getBigUint64(40, true)),
    count: Number(end.getBigUint64(32, true)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

import { Breakage } from "../breakage";

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Compressed size. */
  readonly packedBytes: number;
  /** Decompressed data. */
  stream(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** Maximum length of the archive comment. */
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/**
 * Members of a zip archive from its central directory, for random access.
 * @throws Breakage if damaged; `stream` also if encrypted or compressed with another method
 */
export async function zipMembers(archive: Blob): Promise<ZipMember[]> {
  const tail = await bytesOf(archive, Math.max(0, archive.size - END_BYTES - MAX_COMMENT), archive.size);
  const end = findEnd(tail);
  if (end < 0) throw unreadable("no-directory");
  const count = tail.getUint16(end + 10, true);
  const size = tail.getUint32(end + 12, true);
  const offset = tail.getUint32(end + 16, true);
  const directory = await bytesOf(archive, offset, offset + size);
  const members: ZipMember[] = [];
  let at = 0;
  for (let entry = 0; entry < count; entry++) {
    if (at + ENTRY_BYTES > directory.byteLength || directory.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw unreadable("directory-cut");
    const nameLength = directory.getUint16(at + 28, true);
    const next =
      at + ENTRY_BYTES + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    if (next > directory.byteLength) throw unreadable("directory-cut");
    const name = new TextDecoder().decode(
      directory.buffer.slice(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength),
    );
    if (!name.endsWith("/")) members.push(member(archive, directory, at, name));
    at = next;
  }
  return members;
}

function member(archive: Blob, directory: DataView, at: number, name: string): ZipMember {
  const flags = directory.getUint16(at + 8, true);
  const method = directory.getUint16(at + 10, true);
  const packedBytes = directory.getUint32(at + 20, true);
  const offset = directory.getUint32(at + 42, true);
  return {
    name: name.replaceAll("\\", "/"),
    packedBytes,
    async stream() {
      if ((flags & ENCRYPTED) !== 0) throw unreadable("encrypted");
      if (method !== STORED && method !== DEFLATED) throw new Breakage({ kind: "archive-method", method });
      const local = await bytesOf(archive, offset, offset + LOCAL_BYTES);
      if (local.byteLength < LOCAL_BYTES) throw unreadable("cut");
      const start = offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
      if (start + packedBytes > archive.size) throw unreadable("cut");
      const packed = archive.slice(start, start + packedBytes).stream();
      return method === STORED ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
    },
  };
}

async function bytesOf(archive: Blob, start: number, end: number): Promise<DataView<ArrayBuffer>> {
  return new DataView(await archive.slice(start, end).arrayBuffer());
}

function findEnd(tail: DataView): number {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--)
    if (tail.getUint32(at, true) === END_SIGNATURE) return at;
  return -1;
}

function unreadable(fault: "no-directory" | "directory-cut" | "encrypted" | "cut"): Breakage {
  return new Breakage({ kind: "archive", fault });
}

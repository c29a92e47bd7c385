import { Crc32 } from "../../../lib/crc32";
import {
  DamagedZip,
  DEFLATED,
  packedStart,
  readZipDirectory,
  type SeekableBytes,
  STORED,
  type ZipEntry,
} from "../../../lib/zip-directory";
import { FileBreakError } from "../file-break-error";

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Compressed size. */
  readonly packedBytes: number;
  /** Decompressed data. */
  stream(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/**
 * Members of a zip archive from its central directory, for random access.
 * @throws FileBreakError if damaged; `stream` also if encrypted or compressed with another method
 */
export async function zipMembers(archive: Blob): Promise<ZipMember[]> {
  const bytes: SeekableBytes = {
    sizeBytes: archive.size,
    read: async (start, end) => new Uint8Array(await archive.slice(start, end).arrayBuffer()),
  };
  const entries = await orFileBreak(readZipDirectory(bytes));
  return entries
    .filter(({ name }) => !name.endsWith("/"))
    .map((entry) => ({
      name: entry.name,
      packedBytes: entry.packedBytes,
      stream: () => unpacked(archive, bytes, entry),
    }));
}

async function unpacked(
  archive: Blob,
  bytes: SeekableBytes,
  entry: ZipEntry,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { method, isEncrypted, packedBytes, crc32 } = entry;
  if (isEncrypted) throw new FileBreakError({ kind: "archive", fault: "encrypted" });
  if (method !== STORED && method !== DEFLATED) throw new FileBreakError({ kind: "archive-method", method });
  const start = await orFileBreak(packedStart(bytes, entry));
  const packed = archive.slice(start, start + packedBytes).stream();
  const data = method === STORED ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
  return data.pipeThrough(checked(crc32));
}

/** Passes data on, and ends in an error if it is not that of the checksum. */
function checked(crc32: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const found = new Crc32();
  return new TransformStream({
    transform(piece, controller) {
      found.update(piece);
      controller.enqueue(piece);
    },
    flush() {
      if (found.value !== crc32) throw new FileBreakError({ kind: "damaged", reason: "CRC-32" });
    },
  });
}

async function orFileBreak<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DamagedZip)) throw error;
    throw new FileBreakError({ kind: "archive", fault: error.damage });
  }
}

import { LuthierError } from "../../../lib/errors";
import { FileBreakError } from "../file-break-error";

/** Maximum rows per batch, for large row groups. */
const MAX_ROWS = 10_000;

/**
 * Streams the rows of a Parquet file, holding one row group in memory.
 * @param onRead called with the fraction read
 * @param limit rows after which it ends
 * @throws FileBreakError if the file is damaged
 */
export async function* parquetRows(
  file: Blob,
  onRead: (share: number) => void,
  limit = Infinity,
): AsyncGenerator<readonly unknown[], void, void> {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const { compressors } = await import("./parquet-compressors");
  const buffer = bufferOf(file);
  const metadata = await damaged(() => parquetMetadataAsync(buffer));
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    if (rowStart >= limit) break;
    const rowEnd = Math.min(rowStart + Number(num_rows), limit);
    const options = { file: buffer, metadata, rowStart, rowEnd, compressors, parsers: { stringFromBytes } };
    const rows = await damaged(() => parquetReadObjects(options));
    for (let at = 0; at < rows.length; at += MAX_ROWS) yield rows.slice(at, at + MAX_ROWS).map(plain);
    rowStart = rowEnd;
    onRead(rowStart / Number(metadata.num_rows));
  }
}

/** How many rows a Parquet file has, by its footer. */
export async function parquetRowCount(file: Blob, name: string): Promise<number> {
  const { parquetMetadataAsync } = await import("hyparquet");
  try {
    return Number((await damaged(() => parquetMetadataAsync(bufferOf(file)))).num_rows);
  } catch (error) {
    if (!(error instanceof FileBreakError)) throw error;
    throw new LuthierError({ code: "data/broken", name, at: error.at });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text as it is, or the bytes where they are none: pictures, or damage. The library's own decoder would replace those, and
 * drop U+FEFF at the start.
 */
function stringFromBytes(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

function bufferOf(file: Blob) {
  return {
    byteLength: file.size,
    slice(start: number, end = file.size) {
      // Positions come from the file.
      if (!(start >= 0 && start <= end && end <= file.size))
        throw new RangeError(`bytes ${start} to ${end} are not in the file`);
      return file.slice(start, end).arrayBuffer();
    },
  };
}

async function damaged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DOMException) throw cause;
    throw new FileBreakError({
      kind: "damaged",
      reason: cause instanceof Error ? cause.message : String(cause),
    });
  }
}

/** Converts values to JSON types: large integers to numbers if exact, else to strings; dates to strings. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, plain(held)]));
}

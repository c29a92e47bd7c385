import type { AsyncBuffer } from "hyparquet";
import { LuthierError } from "../../../lib/errors";
import { FileBreakError } from "../file-break-error";

/**
 * Streams the rows of a Parquet file, holding one page of each column in memory.
 * @param onRead called with the fraction read
 * @param limit rows after which it ends
 * @throws FileBreakError if the file is damaged
 */
export async function* parquetRows(
  file: Blob,
  onRead: (share: number) => void,
  limit = Infinity,
): AsyncGenerator<readonly unknown[], void, void> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const { compressors } = await import("./parquet-compressors");
  const { rowGroupRows } = await import("./parquet-columns");
  const buffer = bufferOf(file);
  const metadata = await damaged(() => parquetMetadataAsync(buffer));
  const total = Math.min(Number(metadata.num_rows), limit);
  let read = 0;
  for (const group of metadata.row_groups) {
    if (read >= limit) return;
    const batches = rowGroupRows(buffer, metadata, group, compressors);
    try {
      for (;;) {
        const { value: rows, done } = await damaged(() => batches.next());
        if (done || read >= limit) break;
        const wanted = rows.slice(0, limit - read);
        read += wanted.length;
        yield wanted.map(plain);
        onRead(read / total);
      }
    } finally {
      await batches.return();
    }
  }
}

/** The part of a Parquet file that holds its first rows. */
export interface ParquetStart {
  /** Number of rows: as requested, or all of the file's. */
  readonly rows: number;
  /** End of the last of these row groups. */
  readonly endByte: number;
}

/**
 * Finds the end of the row groups that hold the first rows, from the file's footer.
 * @param tailBytes number of bytes to read at once from the file's end
 * @throws FileBreakError if the footer is damaged
 */
export async function parquetStart(
  file: AsyncBuffer,
  rows: number,
  tailBytes: number,
): Promise<ParquetStart> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const { columnRange } = await import("./parquet-columns");
  const { row_groups: groups } = await damaged(() =>
    parquetMetadataAsync(file, { initialFetchSize: tailBytes }),
  );
  let [held, endByte] = [0, 0];
  for (const { num_rows, columns } of groups) {
    if (held >= rows) break;
    held += Number(num_rows);
    for (const { meta_data: column } of columns)
      if (column) endByte = Math.max(endByte, columnRange(column).end);
  }
  return { rows: Math.min(held, rows), endByte };
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
    if (cause instanceof DOMException || cause instanceof FileBreakError || cause instanceof LuthierError)
      throw cause;
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

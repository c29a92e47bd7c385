import { FileBreakError } from "../file-break-error";

/** Maximum rows per batch, for large row groups. */
const MAX_ROWS = 10_000;

/**
 * Streams the rows of a Parquet file, holding one row group in memory.
 * @param onRead called with the fraction read
 * @throws FileBreakError if the file is damaged
 */
export async function* parquetRows(
  file: Blob,
  onRead: (share: number) => void,
): AsyncGenerator<readonly unknown[], void, void> {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const { compressors } = await import("./parquet-compressors");
  const buffer = {
    byteLength: file.size,
    slice: (start: number, end?: number) => file.slice(start, end ?? file.size).arrayBuffer(),
  };
  const metadata = await damaged(() => parquetMetadataAsync(buffer));
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const options = { file: buffer, metadata, rowStart, rowEnd, compressors };
    const rows = await damaged(() => parquetReadObjects(options));
    for (let at = 0; at < rows.length; at += MAX_ROWS) yield rows.slice(at, at + MAX_ROWS).map(plain);
    rowStart = rowEnd;
    onRead(rowStart / Number(metadata.num_rows));
  }
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

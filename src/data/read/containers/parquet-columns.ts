import type {
  AsyncBuffer,
  ColumnMetaData,
  Compressors,
  DecodedArray,
  FileMetaData,
  RowGroup,
  SchemaTree,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { parquetSchema } from "hyparquet/src/metadata.js";
import { assembleAsync, asyncGroupToRows } from "hyparquet/src/rowgroup.js";
import { getMaxRepetitionLevel, getTreePath } from "hyparquet/src/schema.js";
import { checkSize, type PageDecoder, readDictionary, readRows } from "./parquet-pages";

/* hyparquet reads a row group as a whole. Here its own functions read one page of each column at a time. */

/** Maximum rows per batch. */
const MAX_ROWS = 1000;
/** Bytes fetched at a time, a typical page size. */
const WINDOW_BYTES = 2 ** 20;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Valid UTF-8 as text, else the bytes: images, or damage. The library's decoder would replace invalid bytes and drop a
 * leading U+FEFF.
 */
function stringFromBytes(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

const parsers = { ...DEFAULT_PARSERS, stringFromBytes };

/**
 * Yields the rows of a row group as objects, holding one page of each column.
 * @throws if the file is damaged
 */
export async function* rowGroupRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  group: RowGroup,
  compressors: Compressors,
): AsyncGenerator<readonly Record<string, unknown>[], void, void> {
  const schema = parquetSchema(metadata);
  const columns = group.columns.map(({ meta_data: column, file_path: elsewhere }) => {
    if (!column || elsewhere) throw new Error("its columns are in other files");
    return new ColumnRows(file, column, schema, compressors);
  });
  if (columns.length === 0) throw new Error("its rows have no columns");
  for (let left = Number(group.num_rows); left > 0;) {
    let count = Math.min(left, MAX_ROWS);
    for (const column of columns) {
      while (column.complete === 0) await column.readPage();
      count = Math.min(count, column.complete);
    }
    const leaves = columns.map((column) => ({
      pathInSchema: column.path,
      data: Promise.resolve({ skipped: 0, data: [column.take(count)] }),
    }));
    const assembled = assembleAsync({ groupStart: 0, groupRows: count, asyncColumns: leaves }, schema);
    yield await asyncGroupToRows(assembled, 0, count, undefined, "object");
    left -= count;
  }
}

/** The values of a column by row, read page by page. */
class ColumnRows {
  readonly path: string[];
  readonly #file: AsyncBuffer;
  readonly #decoder: PageDecoder;
  /** Whether a row may continue in the next page. */
  readonly #isNested: boolean;
  readonly #end: number;
  #at: number;
  #window = new Uint8Array(0);
  #windowAt = 0;
  #dictionary: DecodedArray | undefined;
  #rows: unknown[] = [];

  constructor(file: AsyncBuffer, column: ColumnMetaData, schema: SchemaTree, compressors: Compressors) {
    this.path = column.path_in_schema;
    this.#file = file;
    const schemaPath = getTreePath(schema, this.path);
    const { element } = schemaPath[schemaPath.length - 1] ?? schema;
    const names = { pathInSchema: this.path, element, schemaPath };
    this.#decoder = { ...column, ...names, compressors, parsers };
    this.#isNested = getMaxRepetitionLevel(schemaPath) > 0;
    ({ start: this.#at, end: this.#end } = columnRange(column));
  }

  /** Rows that are complete. */
  get complete(): number {
    const isOpen = this.#isNested && this.#at < this.#end;
    return Math.max(0, this.#rows.length - (isOpen ? 1 : 0));
  }

  take(count: number): unknown[] {
    return this.#rows.splice(0, count);
  }

  async readPage(): Promise<void> {
    if (this.#at >= this.#end) throw new Error(`${this.path.join(".")} has fewer rows than other columns`);
    const { header, headerBytes } = await this.#header();
    checkSize(header);
    const size = headerBytes + header.compressed_page_size;
    const packed = (await this.#bytes(size)).subarray(headerBytes);
    this.#at += size;
    if (header.type === "DICTIONARY_PAGE") {
      this.#dictionary = readDictionary(packed, header, this.#decoder);
      return;
    }
    if (header.type !== "DATA_PAGE" && header.type !== "DATA_PAGE_V2")
      throw new Error("a page of no known kind");
    const data = readRows(packed, header, this.#decoder, this.#dictionary, this.#rows);
    if (data !== this.#rows) for (const value of data) this.#rows.push(value);
  }

  /** The header of the next page. Its size is not known before it is read. */
  async #header() {
    for (let size = 4096; ; size *= 16) {
      const bytes = await this.#bytes(Math.min(size, this.#end - this.#at));
      const reader = { view: viewOf(bytes), offset: 0 };
      try {
        return { header: parquetHeader(reader), headerBytes: reader.offset };
      } catch (error) {
        if (!(error instanceof RangeError) || bytes.length < size) throw error;
      }
    }
  }

  /** Reads bytes of the column from the current position. */
  async #bytes(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const start = this.#at - this.#windowAt;
    if (start + count > this.#window.length) {
      const end = Math.min(this.#at + Math.max(count, WINDOW_BYTES), this.#end);
      if (this.#at + count > end) throw new Error(`a page of ${this.path.join(".")} goes beyond its column`);
      this.#window = new Uint8Array(await this.#file.slice(this.#at, end));
      this.#windowAt = this.#at;
      if (this.#window.length < count) throw new Error("it ends early");
      return this.#window.subarray(0, count);
    }
    return this.#window.subarray(start, start + count);
  }
}

/** Byte range of a column. Some writers give an offset of 0 if there is no dictionary. */
export function columnRange(column: ColumnMetaData): { readonly start: number; readonly end: number } {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: size } = column;
  const start = Number(dictionary ? dictionary : data);
  return { start, end: start + Number(size) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

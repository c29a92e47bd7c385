import { concatBytes } from "../../lib/bytes";
import { cancelled, isCancelled, LuthierError } from "../../lib/errors";
import type { ReadingOptions } from "../../shared/data";
import { dataFiles } from "../../shared/data-files";
import type { Row } from "../../shared/rows";
import { FileBreakError } from "./file-break-error";
import { gunzipped } from "./containers/gzip";
import { parquetRows } from "./containers/parquet";
import { type ZipMember, zipMembers } from "./containers/zip-members";
import { containerType } from "./file-type";
import { joinedStart, noUsableRows, readText, SNIFF_BYTES } from "./read-rows";
import { type ReadReport, RowCollector } from "./row-collector";

/** A file and its name for messages. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Blob;
}

/** Reading options and callbacks. */
export interface FilesOptions extends ReadingOptions {
  readonly signal?: AbortSignal;
  /** Whether rows may lack their answers. */
  readonly prompts?: boolean;
  /** Called with the number of bytes of each piece read. */
  readonly onBytes?: (count: number) => void;
}

/** Maximum nesting of archives. */
const MAX_ARCHIVES = 2;

/**
 * Streams the rows of files: text formats, Parquet, and gzip or zip archives of them. Yields valid rows; returns a
 * report on the rest. With several files, unreadable ones are skipped.
 * @throws LuthierError when there are no usable rows, and "cancelled" after an abort
 */
export async function* readFiles(
  files: readonly NamedFile[],
  options: FilesOptions = {},
): AsyncGenerator<Row[], ReadReport, void> {
  const reader = new FilesReader(options);
  const [only, ...others] = files;
  if (only && others.length === 0) yield* reader.readBlob(only, 0);
  else yield* reader.readEach(files.map((file) => [file.name, () => reader.readBlob(file, 0)] as const));
  return reader.rows.report();
}

type Reading = AsyncGenerator<Row[], void, void>;

class FilesReader {
  readonly rows: RowCollector;
  readonly #options: FilesOptions;
  /** Parquet rows so far, valid or not. */
  #parquetRows = 0;

  constructor(options: FilesOptions) {
    this.rows = new RowCollector(options.columns ?? null, options.prompts);
    this.#options = options;
  }

  /** Reads a random-access file. */
  async *readBlob({ name, bytes }: NamedFile, depth: number): Reading {
    yield* this.#readStream(this.#piecesOf(bytes.stream(), name, true), name, bytes, depth);
  }

  /** Reads files in sequence, skipping unreadable ones. */
  async *readEach(files: readonly (readonly [string, () => Reading])[]): Reading {
    let first: unknown = null;
    const before = this.rows.rowCount;
    for (const [name, read] of files) {
      this.rows.beginFile(name);
      try {
        yield* read();
      } catch (error) {
        if (!(error instanceof LuthierError) || isCancelled(error)) throw error;
        first ??= error;
        this.rows.noteFile({ row: null, file: name, reason: error.problem });
      }
    }
    this.rows.beginFile(null);
    if (this.rows.rowCount === before) throw first ?? new LuthierError({ code: "data/no-rows", name: "" });
  }

  /** @param blob the file, if the pieces are all of it */
  async *#readStream(
    pieces: AsyncIterable<Uint8Array>,
    name: string,
    blob: Blob | null,
    depth: number,
  ): Reading {
    const [kind, all] = await this.#sniff(pieces).catch((error: unknown) => {
      throw error instanceof FileBreakError
        ? new LuthierError({ code: "data/broken", name, at: error.at })
        : error;
    });
    if (kind === null) {
      yield* readText(all, name, this.rows, this.#options);
      return;
    }
    if (kind === "gzip") {
      yield* this.#readStream(gunzipped(all), name, null, depth);
      return;
    }
    const whole = blob ?? (await collected(all));
    if (blob) await all.return();
    yield* kind === "parquet" ? this.#readParquet(whole, name) : this.#readZip(whole, name, depth + 1);
  }

  /** Detects a binary container; returns its type and the complete stream. */
  async #sniff(
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<[ReturnType<typeof containerType>, AsyncGenerator<Uint8Array, void, void>]> {
    const joined = joinedStart(
      pieces,
      (start) => start.length >= SNIFF_BYTES,
      (start) => start,
    );
    const first = await joined.next();
    const start = first.done ? new Uint8Array(0) : first.value;
    const all = async function* (): AsyncGenerator<Uint8Array, void, void> {
      try {
        if (start.length > 0) yield start;
        yield* joined;
      } finally {
        await joined.return();
      }
    };
    return [containerType(start), all()];
  }

  async *#readParquet(file: Blob, name: string): Reading {
    const { firstRows = Infinity } = this.#options;
    const before = this.rows.rowCount;
    if (this.#parquetRows >= firstRows) return;
    this.rows.useContainer("parquet");
    let told = 0;
    try {
      const report = (share: number): void => {
        const done = Math.round(share * file.size);
        this.#options.onBytes?.(done - told);
        told = done;
      };
      for await (const rows of parquetRows(file, report, firstRows - this.#parquetRows)) {
        if (this.#options.signal?.aborted) throw cancelled();
        this.#parquetRows += rows.length;
        for (const row of rows) this.rows.add(row);
        const taken = this.rows.take();
        if (taken.length > 0) yield taken;
      }
    } catch (error) {
      if (error instanceof DOMException) throw fileGone(name, error);
      if (!(error instanceof FileBreakError)) throw error;
      if (this.rows.rowCount === before) throw noUsableRows(this.rows, name, error.at, true);
      this.rows.break(error.at);
    }
    if (this.rows.rowCount === before) throw noUsableRows(this.rows, name, null, true);
  }

  async *#readZip(archive: Blob, name: string, depth: number): Reading {
    if (depth > MAX_ARCHIVES) throw new LuthierError({ code: "data/archive-in-archive", name });
    const members = await this.#members(archive, name);
    yield* this.readEach(
      dataFiles(members, ({ name }) => name).map(
        (member) => [member.name, () => this.#readMember(member, depth)] as const,
      ),
    );
  }

  async #members(archive: Blob, name: string): Promise<ZipMember[]> {
    try {
      return await zipMembers(archive);
    } catch (error) {
      if (error instanceof FileBreakError)
        throw new LuthierError({ code: "data/broken", name, at: error.at });
      throw fileGone(name, error);
    }
  }

  async *#readMember(member: ZipMember, depth: number): Reading {
    const { name } = member;
    let stream: ReadableStream<Uint8Array<ArrayBuffer>>;
    try {
      stream = await member.stream();
    } catch (error) {
      if (error instanceof FileBreakError)
        throw new LuthierError({ code: "data/broken", name, at: error.at });
      throw fileGone(name, error);
    }
    yield* this.#readStream(this.#piecesOf(stream, name, false), name, null, depth);
    this.#options.onBytes?.(member.packedBytes);
  }

  /** Reads a stream in pieces. */
  async *#piecesOf(
    stream: ReadableStream<Uint8Array>,
    name: string,
    counts: boolean,
  ): AsyncGenerator<Uint8Array, void, void> {
    const { signal, onBytes } = this.#options;
    const reader = stream.getReader();
    try {
      for (;;) {
        if (signal?.aborted) throw cancelled();
        const { done, value } = await reader.read().catch((cause: unknown) => {
          if (cause instanceof FileBreakError) throw cause;
          // DecompressionStream reports damage as TypeError.
          if (cause instanceof TypeError)
            throw new FileBreakError({ kind: "damaged", reason: cause.message });
          throw fileGone(name, cause);
        });
        if (done) return;
        yield value;
        if (counts) onBytes?.(value.length);
      }
    } finally {
      // Also reached when the consumer stops early.
      await reader.cancel().catch(() => undefined);
    }
  }
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) parts.push(concatBytes([piece]));
  return new Blob(parts);
}

function fileGone(name: string, cause: unknown): LuthierError {
  return new LuthierError({ code: "data/file-gone", name }, { cause });
}

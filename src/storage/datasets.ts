import { del, get, getMany, keys, promisifyRequest, values } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import type { DatasetSummary } from "../shared/data";
import { type AlpacaRow, type Row, textsOf, upgradeRow } from "../shared/rows";
import { guarded, keysOf, openStore, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";

/** A row in the current or an earlier format. */
type StoredRow = Row | AlpacaRow;

/** Chunk limits: number of rows, or characters if rows are long. */
const CHUNK_ROWS = 1000;
const CHUNK_CHARS = 1 << 20;

interface StoredDataset {
  readonly summary: DatasetSummary;
  /** First component of the chunks' keys; new for each import, so that a failed one leaves earlier rows intact. */
  readonly chunksId: string;
  /** Index of each chunk's first row. */
  readonly starts: readonly number[];
}

/** Summaries by id. A dataset exists once its summary is stored. */
const summaries = openStore("luthier-datasets", "summaries");
/** Chunks of rows by [chunksId, chunk index]. */
const chunks = openStore("luthier-rows", "chunks");

/** Metadata provided by the writer. */
export type DatasetDetails = Omit<DatasetSummary, "id" | "rows" | "importedAt">;

/**
 * Starts writing a dataset; `commit` replaces one with the same id.
 * @throws LuthierError("storage") from its methods when the disk or quota is full
 */
export async function createDataset(id: string = newId()): Promise<DatasetWriter> {
  const chunksId = newId();
  return new DatasetWriter(id, chunksId, await holdLock(lockName(chunksId)));
}

/** Writes a dataset, which becomes visible on `commit`. */
export class DatasetWriter {
  readonly id: string;
  readonly #chunksId: string;
  readonly #release: () => void;
  readonly #starts: number[] = [];
  #pending: Row[] = [];
  #pendingChars = 0;
  #rows = 0;

  /** See {@link createDataset}. */
  constructor(id: string, chunksId: string, release: () => void) {
    this.id = id;
    this.#chunksId = chunksId;
    this.#release = release;
  }

  /** Adds rows, writing full chunks. A failure discards the dataset. */
  async append(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#pending.push(row);
      this.#pendingChars += characters(row);
      this.#rows++;
      if (this.#pending.length >= CHUNK_ROWS || this.#pendingChars >= CHUNK_CHARS) await this.#flush();
    }
  }

  /** Writes the rest and publishes the dataset. A failure discards it. */
  async commit(details: DatasetDetails): Promise<DatasetSummary> {
    await this.#flush();
    const { id } = this;
    const summary = { ...details, id, rows: this.#rows, importedAt: Date.now() };
    const stored: StoredDataset = { summary, chunksId: this.#chunksId, starts: this.#starts };
    const earlier = await this.#keep(() => get<StoredDataset>(id, summaries));
    await this.#keep(() => putAll(summaries, [[id, stored]]));
    this.#release();
    if (earlier) await guarded("dataset-replace", () => deleteChunks(earlier.chunksId));
    return summary;
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    await guarded("dataset-clear", () => deleteChunks(this.#chunksId));
    this.#release();
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const chunk = this.#pending;
    this.#pending = [];
    this.#pendingChars = 0;
    const key = [this.#chunksId, this.#starts.length];
    await this.#keep(() => putAll(chunks, [[key, chunk]]));
    this.#starts.push(this.#rows - chunk.length);
  }

  async #keep<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await guarded("dataset-save", work);
    } catch (error) {
      // Report the original failure; removeLeftovers cleans up the rest.
      await this.discard().catch(() => undefined);
      throw error;
    }
  }
}

/** All datasets, newest first. */
export async function listDatasets(): Promise<DatasetSummary[]> {
  const stored = await guarded("datasets-list", () => values<StoredDataset>(summaries));
  return stored.map(({ summary }) => summary).sort((a, b) => b.importedAt - a.importedAt);
}

/**
 * The summary of a dataset.
 * @throws LuthierError("data") if it no longer exists
 */
export async function findDataset(id: string): Promise<DatasetSummary> {
  return (await find(id)).summary;
}

/** Rows `offset` to `offset + count`, fewer at the end. */
export async function readRows(id: string, offset: number, count: number): Promise<Row[]> {
  const { summary, chunksId, starts } = await find(id);
  const end = Math.min(offset + count, summary.rows);
  if (offset >= end) return [];
  const first = chunkOf(starts, offset);
  const last = chunkOf(starts, end - 1);
  const wanted = Array.from({ length: last - first + 1 }, (_, index): IDBValidKey => [
    chunksId,
    first + index,
  ]);
  const found = await guarded("dataset-read", () => getMany<StoredRow[]>(wanted, chunks));
  const skipped = offset - (starts[first] ?? 0);
  return found.flatMap((chunk) => whole(chunk, summary)).slice(skipped, skipped + end - offset);
}

/** All rows in order, chunk by chunk. */
export async function* streamRows(id: string): AsyncGenerator<readonly Row[], void, void> {
  const { summary, chunksId, starts } = await find(id);
  for (let chunk = 0; chunk < starts.length; chunk++) {
    yield whole(await guarded("dataset-read", () => get<StoredRow[]>([chunksId, chunk], chunks)), summary);
  }
}

/** Deletes a dataset, if present. */
export async function deleteDataset(id: string): Promise<void> {
  await guarded("dataset-delete", async () => {
    const stored = await get<StoredDataset>(id, summaries);
    await del(id, summaries);
    if (stored) await deleteChunks(stored.chunksId);
  });
}

/** Deletes the rows of interrupted imports, except those still running in another tab. */
export async function removeLeftovers(): Promise<void> {
  await guarded("imports-clear", async () => {
    const written = new Set((await keys<[string, number]>(chunks)).map(([chunksId]) => chunksId));
    for (const chunksId of written) {
      await ifUnlocked(lockName(chunksId), async () => {
        // Read under the lock: the import may just have finished.
        const known = (await values<StoredDataset>(summaries)).some((stored) => stored.chunksId === chunksId);
        if (!known) await deleteChunks(chunksId);
      });
    }
  });
}

function lockName(chunksId: string): string {
  return `luthier-dataset-${chunksId}`;
}

function characters(row: Row): number {
  return textsOf(row).reduce((sum, text) => sum + text.length, 0);
}

async function find(id: string): Promise<StoredDataset> {
  const stored = await guarded("dataset-open", () => get<StoredDataset>(id, summaries));
  if (stored) return stored;
  throw new LuthierError({ code: "data/dataset-gone" });
}

function whole(chunk: StoredRow[] | undefined, summary: DatasetSummary): Row[] {
  if (chunk) return chunk.map(upgradeRow);
  throw new LuthierError({ code: "data/rows-gone", dataset: summary.name });
}

/** The chunk that contains a row: the last one starting at or before it. */
function chunkOf(starts: readonly number[], row: number): number {
  return starts.findLastIndex((start) => start <= row);
}

async function deleteChunks(chunksId: string): Promise<void> {
  await chunks("readwrite", (store) => promisifyRequest(store.delete(keysOf(chunksId))));
}

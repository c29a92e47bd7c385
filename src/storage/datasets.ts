import { del, entries, get, getMany, keys, promisifyRequest } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import type { DatasetSummary } from "../shared/data";
import { type AlpacaRow, type Row, textsOf, upgradeRow } from "../shared/rows";
import { change, guarded, keysOf, openStore } from "./database";
import { holdLock, ifUnlocked } from "./locks";
import {
  addedRows,
  countEdits,
  edited,
  type EditState,
  noEdits,
  type NumberedRow,
  type RowEdits,
} from "./row-edits";

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
  /** Absent until the user edits rows. */
  readonly edits?: EditState;
}

/**
 * Chunks of rows by [chunksId, chunk index], edits by [chunksId, "edits", revision], and the dataset's record by
 * ["dataset", id]. A dataset exists once its record
 * is stored; record and rows are written and deleted in one transaction.
 */
const rowStore = openStore("luthier-rows", "chunks");
/** Records by id, in a separate database, as stored by earlier versions. */
const earlierRecords = openStore("luthier-datasets", "summaries");

const RECORDS = "dataset";

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
class DatasetWriter {
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

  /** Writes the rest and the record, replacing an earlier dataset of the same id. A failure discards it. */
  async commit(details: DatasetDetails): Promise<DatasetSummary> {
    const { id } = this;
    const last = this.#takePending();
    const summary = { ...details, id, rows: this.#rows, importedAt: Date.now() };
    const stored: StoredDataset = { summary, chunksId: this.#chunksId, starts: this.#starts };
    await this.#keep(async () => {
      const earlier = await read(id);
      await change(rowStore, {
        put: [...last, [keyOf(id), stored]],
        remove: earlier ? [keysOf(earlier.chunksId)] : [],
      });
    });
    this.#release();
    // A copy from an earlier version is only read if there is no record; see `read`.
    await del(id, earlierRecords).catch(() => undefined);
    return summary;
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    await guarded("dataset-clear", () => deleteChunks(this.#chunksId));
    this.#release();
  }

  async #flush(): Promise<void> {
    const put = this.#takePending();
    if (put.length > 0) await this.#keep(() => change(rowStore, { put }));
  }

  /** The pending rows as a chunk with its key; empty if there are none. */
  #takePending(): [IDBValidKey, Row[]][] {
    const chunk = this.#pending;
    if (chunk.length === 0) return [];
    this.#pending = [];
    this.#pendingChars = 0;
    this.#starts.push(this.#rows - chunk.length);
    return [[[this.#chunksId, this.#starts.length - 1], chunk]];
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
  const stored = await guarded("datasets-list", readAll);
  return stored.map(({ summary }) => summary).sort((a, b) => b.importedAt - a.importedAt);
}

/**
 * The summary of a dataset.
 * @throws LuthierError("data") if it no longer exists
 */
export async function findDataset(id: string): Promise<DatasetSummary> {
  return (await find(id)).summary;
}

/** Rows `offset` to `offset + count` with the user's edits, including those left out; fewer at the end. */
export async function readRows(id: string, offset: number, count: number): Promise<Row[]> {
  return (await readNumberedRows(id, offset, count)).map(({ row }) => row);
}

/** The same rows with their edits. */
export async function readNumberedRows(id: string, offset: number, count: number): Promise<NumberedRow[]> {
  const stored = await find(id);
  const edits = await readEdits(stored);
  const fileRows = fileRowsOf(stored);
  const rows = await readFileRows(stored, offset, Math.min(offset + count, fileRows));
  const added = addedRows(edits, Math.max(0, offset - fileRows), Math.max(0, offset + count - fileRows));
  return [...edited(rows, offset, edits), ...added];
}

/** Imported rows from `offset` to before `end`, without edits. */
async function readFileRows(
  { summary, chunksId, starts }: StoredDataset,
  offset: number,
  end: number,
): Promise<Row[]> {
  if (offset >= end) return [];
  const first = chunkOf(starts, offset);
  const last = chunkOf(starts, end - 1);
  const wanted = Array.from({ length: last - first + 1 }, (_, index): IDBValidKey => [
    chunksId,
    first + index,
  ]);
  const found = await guarded("dataset-read", () => getMany<StoredRow[]>(wanted, rowStore));
  const skipped = offset - (starts[first] ?? 0);
  return found.flatMap((chunk) => whole(chunk, summary)).slice(skipped, skipped + end - offset);
}

/** All rows of a dataset in order, including those left out, in chunks. */
export async function* streamNumberedRows(id: string): AsyncGenerator<readonly NumberedRow[], void, void> {
  const stored = await find(id);
  const { summary, chunksId, starts } = stored;
  const edits = await readEdits(stored);
  for (const [chunk, start] of starts.entries()) {
    const rows = await guarded("dataset-read", () => get<StoredRow[]>([chunksId, chunk], rowStore));
    yield edited(whole(rows, summary), start, edits);
  }
  if (edits.added.length > 0) yield addedRows(edits, 0, edits.added.length);
}

/** The rows in use, in order, in chunks. */
export async function* streamRows(id: string): AsyncGenerator<readonly Row[], void, void> {
  for await (const rows of streamNumberedRows(id))
    yield rows.filter(({ leftOut }) => !leftOut).map(({ row }) => row);
}

/** The numbers of the rows in use. */
export async function rowsInUse(id: string): Promise<number[]> {
  const { leftOut } = await readEdits(await find(id));
  return Array.from(leftOut.keys()).filter((number) => leftOut[number] === 0);
}

/** The user's edits of a dataset's rows. */
export async function editsOf(id: string): Promise<RowEdits> {
  return readEdits(await find(id));
}

/**
 * Saves edits of a dataset atomically; the last change can be undone.
 * @throws LuthierError("storage") when the disk or quota is full
 */
export async function saveEdits(id: string, edits: RowEdits): Promise<DatasetSummary> {
  const stored = await find(id);
  const before = stored.edits?.revision ?? 0;
  return keepEdits(stored, edits, before);
}

/** Undoes the last change of a dataset's rows, if there is one. */
export async function undoEdits(id: string): Promise<DatasetSummary> {
  const stored = await find(id);
  const before = stored.edits?.before ?? null;
  if (before === null) return stored.summary;
  return keepEdits(stored, await readEdits(stored, before), null);
}

async function keepEdits(
  stored: StoredDataset,
  edits: RowEdits,
  before: number | null,
): Promise<DatasetSummary> {
  const { chunksId, summary } = stored;
  const state: EditState = { revision: (stored.edits?.revision ?? 0) + 1, before };
  const counts = countEdits(edits, state);
  const changed: StoredDataset = {
    ...stored,
    summary: { ...summary, rows: edits.leftOut.length - counts.leftOut, edits: counts },
    edits: state,
  };
  const needless = [stored.edits?.revision, stored.edits?.before].filter(
    (revision): revision is number => typeof revision === "number" && revision > 0 && revision !== before,
  );
  await guarded("dataset-save", () =>
    change(rowStore, {
      put: [
        [editsKey(chunksId, state.revision), edits],
        [keyOf(summary.id), changed],
      ],
      remove: needless.map((revision) => editsKey(chunksId, revision)),
    }),
  );
  return changed.summary;
}

function editsKey(chunksId: string, revision: number): IDBValidKey[] {
  return [chunksId, "edits", revision];
}

async function readEdits(stored: StoredDataset, revision = stored.edits?.revision ?? 0): Promise<RowEdits> {
  if (revision === 0) return noEdits(fileRowsOf(stored));
  const key = editsKey(stored.chunksId, revision);
  const found = await guarded("dataset-read", () => get<RowEdits>(key, rowStore));
  if (found) return found;
  throw new LuthierError({ code: "data/rows-gone", dataset: stored.summary.name });
}

/** Number of imported rows, in use or not. */
function fileRowsOf({ summary }: StoredDataset): number {
  return summary.edits?.fileRows ?? summary.rows;
}

/** Deletes a dataset, if present. */
export async function deleteDataset(id: string): Promise<void> {
  await guarded("dataset-delete", async () => {
    const stored = await read(id);
    if (!stored) return;
    // The older record first, or it would reappear.
    await del(id, earlierRecords);
    await change(rowStore, { remove: [keyOf(id), keysOf(stored.chunksId)] });
  });
}

/**
 * Moves records of earlier versions to the rows' store and deletes the rows of interrupted imports, except those still
 * running in another tab.
 */
export async function removeLeftovers(): Promise<void> {
  await guarded("imports-clear", async () => {
    await adoptEarlierRecords();
    const written = new Set((await keys<[string, number | string]>(rowStore)).map(([first]) => first));
    written.delete(RECORDS);
    for (const chunksId of written) {
      await ifUnlocked(lockName(chunksId), async () => {
        // Read under the lock: the import may just have finished.
        if (!(await readAll()).some((stored) => stored.chunksId === chunksId)) await deleteChunks(chunksId);
      });
    }
  });
}

async function adoptEarlierRecords(): Promise<void> {
  for (const [id, stored] of await entries<string, StoredDataset>(earlierRecords)) {
    if (!(await get(keyOf(id), rowStore))) await change(rowStore, { put: [[keyOf(id), stored]] });
    await del(id, earlierRecords);
  }
}

function keyOf(id: string): IDBValidKey {
  return [RECORDS, id];
}

async function read(id: string): Promise<StoredDataset | undefined> {
  return (await get<StoredDataset>(keyOf(id), rowStore)) ?? get<StoredDataset>(id, earlierRecords);
}

/** All records; if a dataset has two, the one stored beside its rows. */
async function readAll(): Promise<StoredDataset[]> {
  const recorded = await rowStore("readonly", (store) =>
    promisifyRequest<StoredDataset[]>(store.getAll(keysOf(RECORDS))),
  );
  const earlier = await entries<string, StoredDataset>(earlierRecords);
  const byId = new Map(
    [...earlier.map(([, stored]) => stored), ...recorded].map((stored) => [stored.summary.id, stored]),
  );
  return [...byId.values()];
}

function lockName(chunksId: string): string {
  return `luthier-dataset-${chunksId}`;
}

function characters(row: Row): number {
  return textsOf(row).reduce((sum, text) => sum + text.length, 0);
}

async function find(id: string): Promise<StoredDataset> {
  const stored = await guarded("dataset-open", () => read(id));
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
  await change(rowStore, { remove: [keysOf(chunksId)] });
}

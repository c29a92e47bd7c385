import { get, getMany, keys, promisifyRequest } from "idb-keyval";
import type { HeldOut, RunDetails, RunLabel, RunRecord, RunSummary } from "../shared/run-record";
import { cardText, readCardText } from "./card-text";
import { guarded, keysOf, openStore, putAll } from "./database";
import { canReplaceFiles } from "./file-system";
import { OpfsStore } from "./opfs-store";

/** Fallback without OPFS: under [id, "card"], [id, "details"] and [id, "heldOut"]. */
const entries = openStore("luthier-run-records", "records");

const shelf = new OpfsStore<RunSummary, "details" | "heldOut">("run-records");

/**
 * Saves a run's record, replacing the previous one except for the user's edits.
 * @throws LuthierError("storage") when the disk or quota is full; the previous record is kept
 */
export async function saveRunRecord({ summary, details, heldOut }: RunRecord): Promise<void> {
  const { id } = summary;
  await guarded("run-keep", async () => {
    const known = await findCard(id);
    const card = known ? { ...summary, ...labelOf(known) } : summary;
    if (!(await canReplaceFiles())) {
      return putAll(entries, [
        [[id, "card"], card],
        [[id, "details"], details],
        [[id, "heldOut"], heldOut],
      ]);
    }
    await shelf.save(id, card, [
      ["details", [cardText(details)]],
      ["heldOut", [cardText(heldOut)]],
    ]);
  });
}

/** Deletes what a browser that died while saving left behind. */
export function removeRecordLeftovers(): Promise<void> {
  return shelf.removeLeftovers();
}

/** All runs, newest first, including those deleted but not yet removed. */
export async function listRunRecords(): Promise<RunSummary[]> {
  const byId = await guarded("runs-list", async () => {
    const inFiles = await shelf.cards();
    const inDatabase = await databaseCards().catch((error: unknown) => {
      if (inFiles.length === 0) throw error;
      return [];
    });
    return new Map([...inDatabase, ...inFiles].map((card) => [card.id, card]));
  });
  return [...byId.values()].sort((a, b) => b.number - a.number);
}

/** Bytes per run in OPFS, by id. */
export function runRecordSizes(): Promise<ReadonlyMap<string, number>> {
  return guarded("runs-list", () => shelf.sizes());
}

/** Metadata of a run; null if there is none. */
export function findRunRecord(id: string): Promise<RunSummary | null> {
  return guarded("run-read", () => findCard(id));
}

/** Curves, samples and log of a run; null if there is none. */
export function loadRunDetails(id: string): Promise<RunDetails | null> {
  return guarded("run-read", async () =>
    readFile<RunDetails>(await shelf.file(id, "details"), [id, "details"]),
  );
}

/** Rows that a run did not train on; null if there is no such run. */
export function loadHeldOut(id: string): Promise<HeldOut | null> {
  return guarded("run-read", async () => readFile<HeldOut>(await shelf.file(id, "heldOut"), [id, "heldOut"]));
}

/**
 * Changes a run's user-editable fields, its state or its scores.
 * @returns false if there is no such run
 */
export function labelRun(
  id: string,
  change: Partial<RunLabel & Pick<RunSummary, "state" | "scores">>,
): Promise<boolean> {
  return guarded("run-label", async () => {
    if (await shelf.describe(id, (card) => ({ ...card, ...change }))) return true;
    const card = await get<RunSummary>([id, "card"], entries);
    if (card) await putAll(entries, [[[id, "card"], { ...card, ...change }]]);
    return card !== undefined;
  });
}

/** Removes a run's record, if present. */
export async function removeRunRecord(id: string): Promise<void> {
  await guarded("run-delete", async () => {
    await entries("readwrite", (store) => promisifyRequest(store.delete(keysOf(id))));
    await shelf.delete(id);
  });
}

async function findCard(id: string): Promise<RunSummary | null> {
  return (await shelf.card(id)) ?? (await get<RunSummary>([id, "card"], entries)) ?? null;
}

async function databaseCards(): Promise<RunSummary[]> {
  const known = await keys<[string, string]>(entries);
  const cards = await getMany<RunSummary | undefined>(
    known.filter(([, part]) => part === "card"),
    entries,
  );
  return cards.filter((card) => card !== undefined);
}

async function readFile<T>(bytes: Uint8Array | null, key: [string, string]): Promise<T | null> {
  if (bytes) return readCardText<T>(new TextDecoder().decode(bytes));
  return (await get<T>(key, entries)) ?? null;
}

function labelOf({ name, note, starred, deletedAt }: RunSummary): RunLabel {
  return { name, note, starred, deletedAt };
}

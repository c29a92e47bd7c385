import { guarded } from "./database";
import {
  canReplaceFiles,
  findFolder,
  namesIn,
  openFolder,
  removeEntry,
  replaceFile,
  RESERVED,
} from "./file-system";
import { ensureRoom } from "./quota";

/** What is written at once. */
const PIECE_BYTES = 8 * 2 ** 20;

/** More is not written to keep a place: the browser's estimate has to do. */
const MAX_WRITTEN_BYTES = 2 ** 28;

/**
 * Takes room on the disk for what an adapter's run will keep at its end, by a file in its place: an estimate promises
 * nothing.
 * @returns gives the room back, for what it was meant for
 * @throws LuthierError("storage") when there is none
 */
export async function reserveRoom(id: string, sizeBytes: number): Promise<() => Promise<void>> {
  await ensureRoom("run-reserve", sizeBytes);
  if (sizeBytes > MAX_WRITTEN_BYTES || !(await canReplaceFiles())) return () => Promise.resolve();
  await guarded("run-reserve", async () => {
    const piece = new Uint8Array(PIECE_BYTES);
    const parts = Array.from({ length: Math.ceil(sizeBytes / PIECE_BYTES) }, (_, index) =>
      piece.subarray(0, Math.min(PIECE_BYTES, sizeBytes - index * PIECE_BYTES)),
    );
    try {
      await replaceFile(await openFolder(RESERVED), id, parts);
    } catch (error) {
      await giveBack(id);
      throw error;
    }
  });
  return () => giveBack(id);
}

/** Gives the room back that runs, and looks for room, of tabs which are no more had taken. */
export async function removeReservations(isOwned: (id: string) => Promise<boolean>): Promise<void> {
  const area = await findFolder(RESERVED);
  for (const id of area ? await namesIn(area) : []) if (!(await isOwned(id))) await giveBack(id);
}

async function giveBack(id: string): Promise<void> {
  const area = await findFolder(RESERVED);
  // A file that cannot be removed now goes at the next start.
  if (area) await removeEntry(area, id).catch(() => undefined);
}

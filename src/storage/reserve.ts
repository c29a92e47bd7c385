import { guarded } from "./database";
import { canReplaceFiles, findFolder, namesIn, openFolder, removeEntry, replaceFile } from "./file-system";
import { ensureSpace } from "./quota";

const AREA = "reserved";

/** Bytes written at a time. */
const PIECE_BYTES = 8 * 2 ** 20;

/** Larger reservations rely on the estimate alone. */
const MAX_WRITTEN_BYTES = 2 ** 28;

/**
 * Reserves disk space for a run's results by writing a placeholder file, since estimates are not guarantees.
 * @returns a function that releases the space
 * @throws LuthierError("storage") if there is not enough
 */
export async function reserveSpace(id: string, sizeBytes: number): Promise<() => Promise<void>> {
  await ensureSpace("run-reserve", sizeBytes);
  if (sizeBytes > MAX_WRITTEN_BYTES || !(await canReplaceFiles())) return () => Promise.resolve();
  await guarded("run-reserve", async () => {
    const piece = new Uint8Array(PIECE_BYTES);
    const parts = Array.from({ length: Math.ceil(sizeBytes / PIECE_BYTES) }, (_, index) =>
      piece.subarray(0, Math.min(PIECE_BYTES, sizeBytes - index * PIECE_BYTES)),
    );
    try {
      await replaceFile(await openFolder(AREA), id, parts);
    } catch (error) {
      await giveBack(id);
      throw error;
    }
  });
  return () => giveBack(id);
}

/** Deletes reservations of closed tabs. */
export async function removeReservations(isOwned: (id: string) => Promise<boolean>): Promise<void> {
  const area = await findFolder(AREA);
  for (const id of area ? await namesIn(area) : []) if (!(await isOwned(id))) await giveBack(id);
}

async function giveBack(id: string): Promise<void> {
  const area = await findFolder(AREA);
  // Retried at the next start.
  if (area) await removeEntry(area, id).catch(() => undefined);
}

import { Gunzip } from "fflate";
import { FileBreakError } from "../file-break-error";

/** Compressed bytes per step; small, as they can expand a thousandfold. */
const STEP_BYTES = 1 << 13;

/** Smallest possible gzip file. */
const LEAST_BYTES = 18;

/** Decompresses gzip with any number of members. @throws FileBreakError if damaged or truncated */
export async function* gunzipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let unpacked: Uint8Array[] = [];
  const gunzip = new Gunzip((bytes) => unpacked.push(bytes));
  const push = (bytes: Uint8Array, isLast: boolean): Uint8Array[] => {
    unpacked = [];
    try {
      gunzip.push(bytes, isLast);
    } catch (cause) {
      throw new FileBreakError({
        kind: "damaged",
        reason: cause instanceof Error ? cause.message : String(cause),
      });
    }
    return unpacked.filter(({ length }) => length > 0);
  };
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    for (let at = 0; at < piece.length; at += STEP_BYTES)
      yield* push(piece.slice(at, at + STEP_BYTES), false);
  }
  if (bytes < LEAST_BYTES) throw new FileBreakError({ kind: "archive", fault: "cut" });
  yield* push(new Uint8Array(0), true);
}

import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { HubFile } from "../shared/hub";
import type { PartialFile } from "../storage/partial-files";

/** Bytes read back at once. */
const PIECE_BYTES = 4 * 2 ** 20;

/** The running checksum of a file whose bytes come in order; WebCrypto could only take them all at once. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Whether the bytes so far are the file's; true where the repository states no checksum. */
  matches(): boolean;
}

/** Begins the checksum that the repository states for a file. */
export function startChecksum({ checksum, sizeBytes }: HubFile): RunningChecksum {
  if (!checksum) return { update: () => undefined, matches: () => true };
  const hash = checksum.kind === "sha256" ? sha256.create() : sha1.create();
  // git hashes a file behind a header with its length.
  if (checksum.kind === "git-sha1") hash.update(new TextEncoder().encode(`blob ${sizeBytes}\0`));
  return {
    update: (bytes) => void hash.update(bytes),
    matches: () => toHex(hash.clone().digest()) === checksum.hex,
  };
}

/** Takes in what a file already holds, a piece at a time; aborts between pieces. */
export async function updateFromFile(
  running: RunningChecksum,
  file: PartialFile,
  signal: AbortSignal,
): Promise<void> {
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < file.sizeBytes;) {
    signal.throwIfAborted();
    const read = file.read(buffer, at);
    if (read === 0) throw new Error(`the file ends at ${at} of ${file.sizeBytes} bytes`);
    running.update(buffer.subarray(0, read));
    at += read;
    // Lets other messages of the worker in.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

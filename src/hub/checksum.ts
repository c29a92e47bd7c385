import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { HubFile } from "../shared/hub";
import type { PartialFile } from "../storage/partial-files";

/** Bytes read at a time. */
const PIECE_BYTES = 4 * 2 ** 20;

/** Incremental checksum; WebCrypto digests only whole buffers. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Whether the bytes so far match; true without a known checksum. */
  matches(): boolean;
}

/** Starts computing the checksum that the repository gives for a file. */
export function startChecksum({ checksum, sizeBytes }: HubFile): RunningChecksum {
  if (!checksum) return { update: () => undefined, matches: () => true };
  const hash = checksum.kind === "sha256" ? sha256.create() : sha1.create();
  // git prepends a header with the length.
  if (checksum.kind === "git-sha1") hash.update(new TextEncoder().encode(`blob ${sizeBytes}\0`));
  return {
    update: (bytes) => void hash.update(bytes),
    matches: () => toHex(hash.clone().digest()) === checksum.hex,
  };
}

/** Hashes a file's existing content in pieces; can be aborted between pieces. */
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
    // Yields to other messages of the worker.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

import { sha256 } from "@noble/hashes/sha2.js";
import { cancelled, LuthierError } from "../../lib/errors";
import type { NamedFile } from "./read-files";

/**
 * SHA-256 of the files' contents, independent of their names: 64 hexadecimal digits.
 * @throws LuthierError when a file can no longer be read, and "cancelled" after an abort
 */
export async function contentHash(files: readonly NamedFile[], signal?: AbortSignal): Promise<string> {
  const hash = sha256.create();
  for (const { name, bytes } of files) {
    hash.update(new TextEncoder().encode(`${bytes.size} `));
    const reader = bytes.stream().getReader();
    for (;;) {
      if (signal?.aborted) throw cancelled();
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new LuthierError({ code: "data/file-gone", name }, { cause });
      });
      if (done) break;
      hash.update(value);
    }
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

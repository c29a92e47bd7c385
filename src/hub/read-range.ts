import { concatBytes } from "../lib/bytes";
import type { HubFile } from "../shared/hub";
import { connectionLost, wrongSize } from "./hub-errors";
import type { FileDownload } from "./download-file";
import { request } from "./request";
import { Transient, withRetries } from "./retry";

const TRIES = 6;

/**
 * Bytes `start` to `end` of a file; null if the server sends whole files only. For parts small enough to hold.
 * @throws LuthierError("network") after repeated failures
 */
export function readRange(
  file: HubFile,
  start: number,
  end: number,
  options: Pick<FileDownload, "url" | "asked" | "token" | "signal" | "onWait" | "sleep">,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return withRetries({ ...options, tries: TRIES }, async () => {
    const { response, keepAlive, close } = await request(options.url, options.asked, options, start, end);
    try {
      if (response.status !== 206) return null;
      const pieces: Uint8Array[] = [];
      let size = 0;
      const reader = response.body?.getReader();
      while (size < end - start) {
        const piece = await reader?.read().catch((cause: unknown) => {
          throw new Transient(connectionLost(file.path, cause));
        });
        if (!piece || piece.done) throw new Transient(wrongSize(file.path, end - start, size));
        keepAlive();
        pieces.push(piece.value);
        size += piece.value.length;
      }
      return concatBytes(pieces).slice(0, end - start);
    } finally {
      close();
    }
  });
}

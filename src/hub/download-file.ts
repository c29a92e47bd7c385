import type { HubFile } from "../shared/hub";
import type { PartialFile } from "../storage/partial-files";
import { type RunningChecksum, startChecksum, updateFromFile } from "./checksum";
import { type RequestTarget, connectionLost, wrongChecksum, wrongSize } from "./hub-errors";
import { type HubAccess, type HubResponse, request } from "./request";
import { type RetryOptions, Transient, withRetries } from "./retry";

/** Options of a file download. */
export interface FileDownload extends HubAccess, Pick<RetryOptions, "onWait" | "sleep"> {
  readonly url: string;
  readonly asked: RequestTarget;
  /**
   * Bytes of the file's start, where the rest is not needed. They cannot be verified; what is in the target must be of the
   * same file.
   */
  readonly upTo?: number | undefined;
  /** Called after each piece with the bytes present; can decrease when a download restarts. */
  readonly onBytes: (doneBytes: number) => void;
}

/** Consecutive failures before giving up, with waits of 1, 2, 4, 8 and 16 seconds. */
const TRIES = 6;

/** A connection that transferred this much resets the failure count. */
const PROGRESS_BYTES = 2 ** 20;

/**
 * Completes and verifies a file, resuming from its existing content.
 * @throws LuthierError("network") after repeated failures, keeping what arrived in `target`; LuthierError("format") on
 * a checksum mismatch, with `target` emptied
 */
export async function downloadFile(file: HubFile, target: PartialFile, options: FileDownload): Promise<void> {
  const download = new Download(file, target, options);
  if ((!file.checksum && options.upTo === undefined) || target.sizeBytes > file.sizeBytes) {
    // Without a checksum, existing bytes cannot be verified to belong to this file.
    download.restart();
  }
  await download.hashExisting();
  for (let tries = 1; ; tries++) {
    await withRetries({ ...options, tries: TRIES }, (onProgress) => download.fetchRest(onProgress));
    if (download.matches()) return;
    download.restart();
    if (tries === 2) throw wrongChecksum(file.path);
  }
}

class Download {
  readonly #file: HubFile;
  readonly #target: PartialFile;
  readonly #options: FileDownload;
  #checksum: RunningChecksum;
  /** Where the wanted bytes end. */
  readonly #end: number;
  /** Detects changes of the file, if the server exposes an ETag. */
  #etag: string | null = null;

  constructor(file: HubFile, target: PartialFile, options: FileDownload) {
    this.#file = file;
    this.#target = target;
    this.#options = options;
    this.#end = options.upTo ?? file.sizeBytes;
    this.#checksum = startChecksum(file);
  }

  /** Discards all content. */
  restart(): void {
    this.#target.clear();
    this.#checksum = startChecksum(this.#file);
    this.#etag = null;
    this.#options.onBytes(0);
  }

  /** Hashes the existing content. */
  async hashExisting(): Promise<void> {
    if (this.#options.upTo === undefined)
      await updateFromFile(this.#checksum, this.#target, this.#options.signal);
    this.#options.onBytes(this.#target.sizeBytes);
  }

  matches(): boolean {
    return this.#options.upTo !== undefined || this.#checksum.matches();
  }

  /** One request for the missing bytes, written as they arrive. */
  async fetchRest(onProgress: () => void): Promise<void> {
    const { url, asked, upTo } = this.#options;
    const start = this.#target.sizeBytes;
    if (start >= this.#end) return;
    const answer = await request(url, asked, this.#options, start, upTo);
    try {
      this.#checkStart(answer.response, start);
      await this.#write(answer, onProgress);
    } finally {
      answer.close();
    }
    if (this.#target.sizeBytes < this.#end) {
      throw new Transient(wrongSize(this.#file.path, this.#end, this.#target.sizeBytes));
    }
  }

  /** Checks that the response continues the existing content; restarts otherwise. */
  #checkStart({ status, headers }: Response, start: number): void {
    const { path, sizeBytes, checksum } = this.#file;
    if (status === 416) {
      this.restart();
      throw new Transient(wrongSize(path, sizeBytes, "fewer"));
    }
    const etag = headers.get("etag");
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
    if (range?.[2] !== undefined && range[2] !== "*" && Number(range[2]) !== sizeBytes) {
      throw wrongSize(path, sizeBytes, Number(range[2]));
    }
    // With a checksum, a different ETag (from another mirror host) is no reason to restart.
    const changed = !checksum && this.#etag !== null && etag !== null && etag !== this.#etag;
    if (start > 0 && status === 206 && (changed || (range && Number(range[1]) !== start))) {
      this.restart();
      throw new Transient(connectionLost(path));
    }
    // Without range support, the server sends the whole file.
    if (start > 0 && status !== 206) this.restart();
    this.#etag = etag;
  }

  async #write({ response, keepAlive }: HubResponse, onProgress: () => void): Promise<void> {
    const { path, sizeBytes } = this.#file;
    const reader = response.body?.getReader();
    const start = this.#target.sizeBytes;
    for (;;) {
      const piece = await reader?.read().catch((cause: unknown) => {
        throw new Transient(connectionLost(path, cause));
      });
      if (!piece || piece.done) return;
      keepAlive();
      if (this.#target.sizeBytes + piece.value.length > sizeBytes) {
        this.restart();
        throw wrongSize(path, sizeBytes, "more");
      }
      // A server without ranges sends more than was asked for.
      const wanted = piece.value.subarray(0, this.#end - this.#target.sizeBytes);
      this.#target.append(wanted);
      this.#checksum.update(wanted);
      this.#options.onBytes(this.#target.sizeBytes);
      if (this.#target.sizeBytes === this.#end) return;
      if (this.#target.sizeBytes - start >= PROGRESS_BYTES) onProgress();
    }
  }
}

import type { HubFile } from "../shared/hub";
import type { PartialFile } from "../storage/partial-files";
import { type RunningChecksum, startChecksum, updateFromFile } from "./checksum";
import { type Asked, brokenOff, wrongChecksum, wrongSize } from "./hub-errors";
import { type HubAccess, type HubResponse, request } from "./request";
import { type RetryOptions, Transient, withRetries } from "./retry";

/** What a download of one file needs beside the file. */
export interface FileDownload extends HubAccess, Pick<RetryOptions, "onWait" | "sleep"> {
  readonly url: string;
  readonly asked: Asked;
  /** Told after every piece how many bytes are here; they may become fewer when a file has to begin anew. */
  readonly onBytes: (doneBytes: number) => void;
}

/** Failures in a row after which a download is given up; waits of 1, 2, 4, 8 and 16 seconds lie between. */
const TRIES = 6;

/** A connection that brought this much was no failure: the count begins anew. */
const PROGRESS_BYTES = 2 ** 20;

/**
 * Brings a file up to its full length and checks it. What it already holds is not asked for again.
 * @throws LuthierError("network") when connections keep failing: what has arrived stays in `target`;
 *   LuthierError("format") when the bytes are not the repository's: `target` is empty then
 */
export async function downloadFile(file: HubFile, target: PartialFile, options: FileDownload): Promise<void> {
  const download = new Download(file, target, options);
  if (!file.checksum || target.sizeBytes > file.sizeBytes) {
    // Nothing would show whether bytes of an earlier visit belong to this file.
    download.restart();
  }
  await download.takeIn();
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
  /** Tells one version of the file from another, where the server lets us see it. */
  #etag: string | null = null;

  constructor(file: HubFile, target: PartialFile, options: FileDownload) {
    this.#file = file;
    this.#target = target;
    this.#options = options;
    this.#checksum = startChecksum(file);
  }

  /** Begins with nothing. */
  restart(): void {
    this.#target.clear();
    this.#checksum = startChecksum(this.#file);
    this.#etag = null;
    this.#options.onBytes(0);
  }

  /** Takes what is already here into the checksum. */
  async takeIn(): Promise<void> {
    await updateFromFile(this.#checksum, this.#target, this.#options.signal);
    this.#options.onBytes(this.#target.sizeBytes);
  }

  matches(): boolean {
    return this.#checksum.matches();
  }

  /** One connection: asks for what is missing and writes it as it comes. */
  async fetchRest(onProgress: () => void): Promise<void> {
    const { url, asked } = this.#options;
    const start = this.#target.sizeBytes;
    if (start === this.#file.sizeBytes) return;
    const answer = await request(url, asked, this.#options, start);
    try {
      this.#checkStart(answer.response, start);
      await this.#write(answer, onProgress);
    } finally {
      answer.close();
    }
    const { path, sizeBytes } = this.#file;
    if (this.#target.sizeBytes < sizeBytes) {
      throw new Transient(wrongSize(path, sizeBytes, this.#target.sizeBytes));
    }
  }

  /** Makes sure that what comes continues what is here; else begins anew. */
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
    // A checksum settles it at the end: then another etag, of another host of the same file, is no reason to begin anew.
    const changed = !checksum && this.#etag !== null && etag !== null && etag !== this.#etag;
    if (start > 0 && status === 206 && (changed || (range && Number(range[1]) !== start))) {
      this.restart();
      throw new Transient(brokenOff(path));
    }
    // The server knows no ranges and sends the file from its beginning.
    if (start > 0 && status !== 206) this.restart();
    this.#etag = etag;
  }

  async #write({ response, alive }: HubResponse, onProgress: () => void): Promise<void> {
    const { path, sizeBytes } = this.#file;
    const reader = response.body?.getReader();
    const start = this.#target.sizeBytes;
    for (;;) {
      const piece = await reader?.read().catch((cause: unknown) => {
        throw new Transient(brokenOff(path, cause));
      });
      if (!piece || piece.done) return;
      alive();
      if (this.#target.sizeBytes + piece.value.length > sizeBytes) {
        this.restart();
        throw wrongSize(path, sizeBytes, "more");
      }
      this.#target.append(piece.value);
      this.#checksum.update(piece.value);
      this.#options.onBytes(this.#target.sizeBytes);
      if (this.#target.sizeBytes - start >= PROGRESS_BYTES) onProgress();
    }
  }
}

import { parquetStart } from "../../data/read/containers/parquet";
import { FileBreakError } from "../../data/read/file-break-error";
import { fileUrl, parseDatasetAddress, parseToken } from "../../hub/address";
import { choosePart } from "../../hub/choose-part";
import { downloadModel, type WantedFile } from "../../hub/download-model";
import { type HubRepository, listRepository } from "../../hub/list-repository";
import { readRange } from "../../hub/read-range";
import { concatBytes } from "../../lib/bytes";
import { LuthierError } from "../../lib/errors";
import { sum } from "../../lib/numbers";
import type { HubFile } from "../../shared/hub";
import type { FetchedDataset, HubDatasetRequest } from "../../protocol/hub-commands";
import { fetchedFile, fetchedFolder, markFetched } from "../../storage/fetched-datasets";
import { rememberedToken, rememberToken } from "../../storage/hub-tokens";
import { canKeepPartialFiles } from "../../storage/partial-files";
import { ensureSpace } from "../../storage/quota";
import type { Job, JobContext } from "./owner";
import { reportProgress } from "./report-progress";

/**
 * Downloads the Parquet files of a hub dataset, resuming an earlier attempt; of a number of rows, only the row groups
 * that hold them.
 */
export function fetchDatasetJob(request: HubDatasetRequest): Job<FetchedDataset> {
  return { kind: "fetch-dataset", run: (context) => fetchDataset(request, context) };
}

async function fetchDataset(
  { repository: typed, endpoint, token: typedToken, rememberToken: remembers, ...wanted }: HubDatasetRequest,
  { signal, report }: JobContext,
): Promise<FetchedDataset> {
  if (!(await canKeepPartialFiles())) throw new LuthierError({ code: "storage/no-files" });
  const address = parseDatasetAddress(typed, endpoint);
  const own = parseToken(typedToken, address.endpoint);
  const token = own || (await rememberedToken(address.endpoint));
  const repository = await listParquet(address, { token, signal });
  if (own !== "" && remembers) await rememberToken(address.endpoint, own);
  const { commit } = repository;
  const { config, split, files } = choosePart(repository, wanted);
  const key = [commit, config, split].map((part) => part.replace(/[^\w-]/g, "_")).join(".");
  const name = `${address.repository} (${[config, split].join(", ")})`;
  const folder = await fetchedFolder(key);
  const reporter = reportProgress(report, name);
  const access = { token, signal, onWait: reporter.wait };
  const fetched: File[] = [];
  try {
    const { parts, sendsWhole } = await partsOf(files, wanted.rows, repository, access);
    const sizes = parts.map(({ file }) => file.upTo ?? file.sizeBytes);
    // Whole files are fetched only until they hold enough rows, so the number of files is unknown in advance.
    await ensureSpace("dataset-save", sendsWhole ? (sizes[0] ?? 0) : sum(sizes), name);
    if (sendsWhole) reporter.tellWhole();
    let left = sendsWhole ? (wanted.rows ?? Infinity) : Infinity;
    const plan = { address, commit, files: parts.map(({ file }) => file) };
    await downloadModel(plan, folder, {
      ...access,
      onProgress: reporter.take,
      isEnough: () => left <= 0,
      async onFile({ path }, index) {
        const file = await fetchedFile(key, index);
        if (!file) throw new LuthierError({ code: "data/file-gone", name: path });
        const { file: { upTo } = {}, footer = null } = parts[index] ?? {};
        const pieces = footer ? [file.slice(0, upTo), footer] : [file];
        fetched.push(new File(pieces, path.split("/").at(-1) ?? path));
        if (sendsWhole) left -= await rowsUpTo(file, path, left);
      },
    });
  } finally {
    reporter.end();
  }
  await markFetched(key);
  return { name, files: fetched };
}

/** A file to fetch; for the start of a Parquet file with its footer, which makes it a readable file. */
interface Part {
  readonly file: WantedFile;
  readonly footer: Uint8Array<ArrayBuffer> | null;
}

type Access = Omit<Parameters<typeof readRange>[3], "url" | "asked">;

/** What to fetch; `sendsWhole` if the server sends no parts of files, so that only whole ones tell their rows. */
interface Parts {
  readonly parts: readonly Part[];
  readonly sendsWhole: boolean;
}

/** The files, or their starts, that hold the first `rows` rows; null for all. */
async function partsOf(
  files: readonly HubFile[],
  rows: number | null,
  repository: HubRepository,
  access: Access,
): Promise<Parts> {
  const whole = files.map((file): Part => ({ file, footer: null }));
  if (rows === null) return { parts: whole, sendsWhole: false };
  const parts: Part[] = [];
  let left = rows;
  for (const file of files) {
    if (left <= 0) break;
    const tail = await FileTail.open(file, repository, access);
    if (!tail) return { parts: whole, sendsWhole: true };
    const { rows: held, endByte } = await startOf(file.path, tail, left);
    left -= held;
    const { bytes } = tail;
    const isWhole = endByte + bytes.length >= file.sizeBytes;
    parts.push(isWhole ? { file, footer: null } : { file: { ...file, upTo: endByte }, footer: bytes });
  }
  return { parts, sendsWhole: false };
}

async function startOf(path: string, tail: FileTail, rows: number): ReturnType<typeof parquetStart> {
  try {
    return await parquetStart(tail, rows, tail.bytes.length);
  } catch (error) {
    if (!(error instanceof FileBreakError)) throw error;
    throw new LuthierError({ code: "data/broken", name: path, at: error.at }, { cause: error });
  }
}

/** Rows of a fetched file, `most` at most. */
async function rowsUpTo(file: File, path: string, most: number): Promise<number> {
  return (await startOf(path, await FileTail.ofFile(file), most)).rows;
}

/** Bytes to read from a file's end, enough for most footers. */
function tailBytes(sizeBytes: number): number {
  return Math.min(sizeBytes, Math.max(512, Math.ceil(sizeBytes / 16)), 2 ** 19);
}

/** Reads the end of a file, on a hub or here. */
class FileTail {
  readonly byteLength: number;
  readonly #read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer> | null>;
  #bytes: Uint8Array<ArrayBuffer>;

  private constructor(
    sizeBytes: number,
    read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer> | null>,
    bytes: Uint8Array<ArrayBuffer>,
  ) {
    this.byteLength = sizeBytes;
    this.#read = read;
    this.#bytes = bytes;
  }

  /** Null if the server does not support ranges. */
  static async open(
    file: HubFile,
    { address, commit }: HubRepository,
    access: Access,
  ): Promise<FileTail | null> {
    const asked = { address, path: file.path, hasToken: access.token !== "" };
    const options = { ...access, url: fileUrl(address, commit, file.path), asked };
    const read = (start: number, end: number) => readRange(file, start, end, options);
    const bytes = await read(file.sizeBytes - tailBytes(file.sizeBytes), file.sizeBytes);
    return bytes && new FileTail(file.sizeBytes, read, bytes);
  }

  static async ofFile(file: File): Promise<FileTail> {
    const read = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
      new Uint8Array(await file.slice(start, end).arrayBuffer());
    return new FileTail(file.size, read, await read(file.size - tailBytes(file.size), file.size));
  }

  /** What was read of it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    const from = this.byteLength - this.#bytes.length;
    if (start < from) {
      const more = await this.#read(start, from);
      if (!more) throw new Error("the server no longer sends ranges");
      this.#bytes = concatBytes([more, this.#bytes]);
    }
    const first = this.byteLength - this.#bytes.length;
    return this.#bytes.slice(start - first, end - first).buffer;
  }
}

async function listParquet(
  address: HubRepository["address"],
  access: { token: string; signal: AbortSignal },
): Promise<HubRepository> {
  try {
    return await listRepository(address, access);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.problem.code !== "network/no-revision") throw error;
    const { repository } = address;
    throw new LuthierError({ code: "data/no-parquet-on-hub", repository }, { cause: error });
  }
}

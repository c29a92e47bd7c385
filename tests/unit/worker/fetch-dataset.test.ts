import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Progress } from "../../../src/protocol/events";
import type { FetchedDataset, HubDatasetRequest } from "../../../src/protocol/hub-commands";
import type { Job } from "../../../src/worker/jobs/owner";
import { FakeHub } from "../../support/fake-hub";
import { readAll } from "../../support/read-dataset";
import { FakeDirectory, FakeFile } from "../storage/fake-opfs";
import { fresh } from "../storage/fresh";

/** Datasets of a fake hub, with the browser's storage in memory. */

const PARQUET = "tests/golden/datasets/parquet";
const NAME = "datasets/owner/woods";

let hub: FakeHub;
let root: FakeDirectory;
let alpaca: Uint8Array;
/** A file of three row groups. */
let groups: Uint8Array;
let groupRows: number;
const GROUPS = "groups/train/0000.parquet";
let makeJob: (request: HubDatasetRequest) => Job<FetchedDataset>;
let clearFetched: () => Promise<void>;

beforeEach(async () => {
  alpaca = new Uint8Array(await readFile(`${PARQUET}/alpaca-snappy.parquet`));
  const chats = new Uint8Array(await readFile(`${PARQUET}/messages.parquet`));
  groups = new Uint8Array(await readFile(`${PARQUET}/alpaca-none.parquet`));
  groupRows = (await readAll([{ name: "a.parquet", bytes: new Blob([groups.slice()]) }])).rows.length;
  const files = {
    [GROUPS]: groups,
    "groups/train/0001.parquet": groups,
    "default/train/0000.parquet": alpaca,
    "default/train/0001.parquet": alpaca,
    "default/test/0000.parquet": chats,
    "chats/partial-train/0000.parquet": chats,
    "README.md": new Uint8Array(3),
  };
  hub = await FakeHub.start({
    [NAME]: { files },
    "datasets/owner/gated": { files, token: "hf_right" },
    "datasets/owner/raw": { files: {} },
  });
  root = new FakeDirectory();
  FakeFile.full = false;
  await fresh(() => Promise.resolve());
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
  ({ fetchDatasetJob: makeJob } = await import("../../../src/worker/jobs/fetch-dataset"));
  ({ clearFetched } = await import("../../../src/storage/fetched-datasets"));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await hub.stop();
});

function get(
  repository: string,
  more: Partial<HubDatasetRequest> = {},
  signal = new AbortController().signal,
  onDone: (bytes: number, progress: Progress) => void = () => undefined,
): Promise<FetchedDataset> {
  const asked = { config: "", split: "", rows: null, token: "", rememberToken: false };
  return makeJob({ ...asked, repository, endpoint: hub.endpoint, ...more }).run({
    signal,
    report: (progress) => onDone(progress.done, progress),
    admit: () => () => Promise.resolve(),
  });
}

/** Sizes of a file, and of what was fetched of its start. */
function sizesOf({ files: [file] }: FetchedDataset): { sizeBytes: number; upTo: number } {
  const tails = hub.seen.flatMap(({ path, range }) =>
    path.includes(".parquet") && !range?.startsWith("bytes=0-") ? [Number(/\d+/.exec(range ?? "")?.[0])] : [],
  );
  return { sizeBytes: groups.length, upTo: file!.size - (groups.length - Math.min(...tails)) };
}

async function rowsOf({ files }: FetchedDataset, firstRows?: number): Promise<number> {
  const named = files.map((file) => ({ name: file.name, bytes: file }));
  return (await readAll(named, firstRows === undefined ? {} : { firstRows })).rows.length;
}

describe("a dataset of a hub", () => {
  it("is downloaded as the files of its default split, in order", async () => {
    const fetched = await get("owner/woods");
    expect(fetched.name).toBe("owner/woods (default, train)");
    expect(fetched.files.map(({ name }) => name)).toEqual(["0000.parquet", "0001.parquet"]);
    expect(new Uint8Array(await fetched.files[1]!.arrayBuffer())).toEqual(alpaca);
    const one = await rowsOf({ ...fetched, files: fetched.files.slice(0, 1) });
    expect(await rowsOf(fetched)).toBe(2 * one);
    expect(await rowsOf(fetched, one + 1)).toBe(one + 1);
  });

  it("can be named by its page's address, also a partly converted config", async () => {
    const fetched = await get("https://huggingface.co/datasets/owner/woods/viewer", { config: "chats" });
    expect(fetched.name).toBe("owner/woods (chats, train)");
    expect(await rowsOf(fetched)).toBeGreaterThan(0);
  });

  it("is fetched only up to the row groups with the requested rows", async () => {
    const fetched = await get("owner/woods", { config: "groups", rows: 1 });
    expect(fetched.files).toHaveLength(1);
    expect(await rowsOf(fetched, 1)).toBe(1);
    const { sizeBytes, upTo } = sizesOf(fetched);
    expect(upTo).toBeLessThan(sizeBytes);
    const asked = hub.seen.filter(({ path }) => path.includes(".parquet")).map(({ range }) => range);
    expect(asked.at(-1)).toBe(`bytes=0-${upTo - 1}`);
    expect(asked.length).toBeLessThanOrEqual(3);
    const [tail] = asked;
    expect(tail).toMatch(new RegExp(`^bytes=\\d+-${sizeBytes - 1}$`));
  });

  it("is fetched from the files with the requested rows, the last one in part", async () => {
    const fetched = await get("owner/woods", { config: "groups", rows: groupRows + 5 });
    expect(fetched.files.map(({ size }) => size === groups.length)).toEqual([true, false]);
    expect(await rowsOf(fetched, groupRows + 5)).toBe(groupRows + 5);
  });

  it("resumes after the row groups already downloaded", async () => {
    const partly = async (rows: number): Promise<string | null | undefined> => {
      hub.seen.length = 0;
      const fetched = await get("owner/woods", { config: "groups", rows });
      expect(await rowsOf(fetched, rows)).toBe(rows);
      return hub.seen.at(-1)?.range;
    };
    const end = Number(/^bytes=0-(\d+)$/.exec((await partly(1)) ?? "")?.[1]);
    expect(await partly(5)).toMatch(new RegExp(`^bytes=${end + 1}-\\d+$`));
    // The whole is fetched from there on, and verified by its checksum.
    const whole = await get("owner/woods", { config: "groups" });
    expect(new Uint8Array(await whole.files[0]!.arrayBuffer())).toEqual(groups);
    const rest = hub.seen.filter(({ path }) => path.includes("0000.parquet")).at(-1)?.range;
    expect(Number(/^bytes=(\d+)-$/.exec(rest ?? "")?.[1])).toBeGreaterThan(end);
  });

  it("comes in whole files from a server that sends no ranges, as many as have the rows, which is told", async () => {
    Object.assign(hub.trouble, { path: GROUPS, noRanges: true });
    const told: Progress[] = [];
    const fetched = await get("owner/woods", { config: "groups", rows: 1 }, undefined, (_, progress) =>
      told.push(progress),
    );
    expect(fetched.files).toHaveLength(1);
    expect(new Uint8Array(await fetched.files[0]!.arrayBuffer())).toEqual(groups);
    expect(await rowsOf(fetched, 1)).toBe(1);
    expect(hub.seen.some(({ path }) => path.includes("0001.parquet"))).toBe(false);
    expect(told.at(-1)).toMatchObject({ sendsWhole: true, total: null, done: groups.length });
    const more = await get("owner/woods", { config: "groups", rows: groupRows + 1 });
    expect(more.files).toHaveLength(2);
  });

  it("with a damaged footer is refused, naming the file", async () => {
    groups.fill(0, -4);
    await expect(get("owner/woods", { config: "groups", rows: 1 })).rejects.toThrow(
      /0000\.parquet.*damaged/s,
    );
  });

  it("lists the available configs and splits", async () => {
    await expect(get("owner/woods", { config: "Default" })).rejects.toThrow(/no config “Default”/);
    await expect(get("owner/woods", { split: "validation" })).rejects.toThrow(/no split “validation”/);
    await expect(get("owner/raw")).rejects.toThrow(/no Parquet files/);
    await expect(get("owner/none")).rejects.toThrow(/owner\/none/);
    await expect(get("a/b/c")).rejects.toThrow();
  });

  it("resumes after cancelling, and removes partial files when complete", async () => {
    Object.assign(hub.trouble, { path: "default/train/0001.parquet", drops: 1, dropAfterBytes: 100 });
    const controller = new AbortController();
    const cancelled = get("owner/woods", {}, controller.signal, (done) => {
      if (done >= alpaca.length + 100) controller.abort();
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    await clearFetched();
    hub.seen.length = 0;
    expect((await get("owner/woods")).files).toHaveLength(2);
    const asked = hub.seen.filter(({ path }) => path.includes(".parquet"));
    expect(asked.map(({ path, range }) => [path.slice(-12), range])).toEqual([
      ["0001.parquet", "bytes=100-"],
    ]);
    const before = root.countFiles();
    await clearFetched();
    expect(before).toBeGreaterThan(0);
    expect(root.countFiles()).toBe(0);
  });

  it("that is gated is fetched with the token, which only the hub receives", async () => {
    await expect(get("owner/gated")).rejects.toMatchObject({ field: "hubToken" });
    await get("owner/gated", { token: "hf_right", rows: 1 });
    expect(hub.seen.at(-1)?.authorization).toBe("Bearer hf_right");
    expect(hub.seen.at(-1)?.path).toMatch(/^\/datasets\/owner\/gated\/resolve\//);
  });
});

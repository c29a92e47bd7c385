import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { madeFolder, savedFolder } from "../../../src/storage/made-files";
import { FakeDirectory, FakeFile } from "./fake-opfs";

const LARGE = 2 ** 30;
const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const read = async (blob: Blob): Promise<number[]> => [...new Uint8Array(await blob.arrayBuffer())];

let root: FakeDirectory;
beforeEach(() => {
  root = new FakeDirectory();
  FakeFile.full = false;
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
});
afterEach(() => vi.unstubAllGlobals());

/** Folders of made files on disk. */
async function onDisk(): Promise<number> {
  const shelf = await root.getDirectoryHandle("made-files", { create: true });
  let count = 0;
  for await (const _ of shelf.keys()) count++;
  return count;
}

describe("files made for export", () => {
  it("are on disk if large, and gone when discarded, finished or not", async () => {
    const folder = madeFolder();
    const [one, other] = [await folder.open(LARGE), await folder.open(LARGE)];
    one.append(bytes(1, 2));
    other.append(bytes(3));
    one.append(bytes(4));
    expect(await read(await one.end())).toEqual([1, 2, 4]);
    expect(await onDisk()).toBe(1);
    await folder.discard();
    expect(await onDisk()).toBe(0);
  });

  it("stay in memory if small", async () => {
    const file = await madeFolder().open(3);
    file.append(bytes(1, 2, 3));
    expect(await read(await file.end())).toEqual([1, 2, 3]);
    expect(await onDisk()).toBe(0);
  });

  it("continue in memory when the disk is full", async () => {
    const file = await madeFolder().open(LARGE);
    file.append(bytes(1, 2));
    FakeFile.full = true;
    file.append(bytes(3, 4));
    file.append(bytes(5));
    expect(await read(await file.end())).toEqual([1, 2, 3, 4, 5]);
  });

  it("are kept for the two latest downloads", async () => {
    for (let made = 0; made < 4; made++) await (await (await savedFolder()).open(LARGE)).end();
    expect(await onDisk()).toBe(2);
  });
});

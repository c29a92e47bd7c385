import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type * as Reserve from "../../../src/storage/reserve";
import { FakeDirectory, FakeFile } from "./fake-opfs";
import { fresh } from "./fresh";

let reserve: typeof Reserve;
let root: FakeDirectory;
const sizeOf = async (id: string): Promise<number> => {
  const folder = await root.getDirectoryHandle("reserved", { create: true });
  return folder.has(id) ? (await (await folder.getFileHandle(id)).getFile()).size : 0;
};

beforeEach(async () => {
  root = new FakeDirectory();
  FakeFile.full = false;
  reserve = await fresh(() => import("../../../src/storage/reserve"));
  const estimate = () => Promise.resolve({ usage: 0, quota: 2 ** 40 });
  vi.stubGlobal("navigator", { storage: { estimate, getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("reserves the announced bytes, and releases them", async () => {
  const size = 8 * 2 ** 20 + 5;
  const giveBack = await reserve.reserveSpace("run", size);
  expect(await sizeOf("run")).toBe(size);
  await giveBack();
  expect(root.countFiles()).toBe(0);
});

it("reports a full disk that the browser took for empty, and leaves nothing behind", async () => {
  FakeFile.full = true;
  await expect(reserve.reserveSpace("run", 100)).rejects.toMatchObject({
    problem: { code: "storage/full", task: "run-reserve" },
  });
  expect(root.countFiles()).toBe(0);
});

it("releases reservations of closed tabs only", async () => {
  await reserve.reserveSpace("closed", 10);
  await reserve.reserveSpace("running", 10);
  await reserve.removeReservations((id) => Promise.resolve(id === "running"));
  expect([await sizeOf("closed"), await sizeOf("running")]).toEqual([0, 10]);
});

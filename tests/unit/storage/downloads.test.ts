import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ModelCard } from "../../../src/shared/model";
import type * as Downloads from "../../../src/storage/downloads";
import type * as Models from "../../../src/storage/models";
import type * as PartialFiles from "../../../src/storage/partial-files";
import { FakeDirectory, FakeFile, refuseDirectory } from "./fake-opfs";
import { clearStore, fresh } from "./fresh";

let downloads: typeof Downloads;
let models: typeof Models;
let partials: typeof PartialFiles;
let root: FakeDirectory;

beforeEach(async () => {
  root = new FakeDirectory();
  FakeFile.full = false;
  downloads = await fresh(() => import("../../../src/storage/downloads"));
  models = await import("../../../src/storage/models");
  partials = await import("../../../src/storage/partial-files");
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const record = (id: string, startedAt = 1): Downloads.DownloadRecord => ({
  id,
  address: { endpoint: "https://hub.example", repository: "owner/model", revision: "main" },
  commit: "abc",
  choiceId: "safetensors",
  files: [
    { path: "config.json", sizeBytes: 2, checksum: null },
    { path: "model.safetensors", sizeBytes: 10, checksum: null },
  ],
  license: "mit",
  folder: `folder-${id}`,
  startedAt,
});
const card: ModelCard = {
  id: "model",
  title: "owner/model",
  source: "hub",
  family: "llama",
  parameters: 1,
  sizeBytes: 12,
  license: "mit",
};
const bytes = (text: string) => new TextEncoder().encode(text);

async function write(folder: string, file: number, text: string): Promise<void> {
  const partial = await partials.opfsPartialFolder(folder).open(file);
  partial.append(bytes(text));
  partial.close();
}

describe("partial files", () => {
  it("can be appended to, read back, and restarted", async () => {
    expect(await partials.canKeepPartialFiles()).toBe(true);
    await write("a", 0, "hello ");
    const again = await partials.opfsPartialFolder("a").open(0);
    again.append(bytes("world"));
    expect(again.sizeBytes).toBe(11);
    const into = new Uint8Array(20);
    expect(again.read(into, 6)).toBe(5);
    expect(new TextDecoder().decode(into.subarray(0, 5))).toBe("world");
    again.clear();
    expect(again.sizeBytes).toBe(0);
    again.close();
    expect(await partials.opfsPartialFolder("a").sizeBytes(0)).toBe(0);
    expect(await partials.opfsPartialFolder("a").sizeBytes(7)).toBe(0);
  });

  it("are written by one tab at a time", async () => {
    const folder = partials.opfsPartialFolder("a");
    const first = await folder.open(0);
    await expect(folder.open(0)).rejects.toMatchObject({
      code: "storage",
      what: "This model is being downloaded in another tab.",
    });
    first.close();
    await expect(folder.open(0)).resolves.toBeDefined();
  });

  it("report a full disk", async () => {
    const file = await partials.opfsPartialFolder("a").open(0);
    FakeFile.full = true;
    expect(() => file.append(bytes("hello"))).toThrow(
      expect.objectContaining({ name: "QuotaExceededError" }),
    );
    FakeFile.full = false;
    file.append(bytes("i"));
    expect(file.sizeBytes).toBe(2);
  });

  it("are refused without a private file system", async () => {
    vi.stubGlobal("navigator", {});
    expect(await partials.canKeepPartialFiles()).toBe(false);
  });

  it("are refused where a private window denies it", async () => {
    vi.stubGlobal("navigator", { storage: { getDirectory: refuseDirectory } });
    expect(await partials.canKeepPartialFiles()).toBe(false);
  });
});

describe("downloads", () => {
  it("are listed with their progress, oldest first", async () => {
    await downloads.saveDownload(record("b", 2));
    await downloads.saveDownload(record("a", 1));
    await write("folder-a", 1, "12345");
    const [first, second] = await downloads.listDownloads();
    expect([first!.id, second!.id]).toEqual(["a", "b"]);
    expect(await downloads.describeDownload(first!)).toEqual({
      id: "a",
      address: record("a").address,
      doneBytes: 5,
      totalBytes: 12,
    });
  });

  it("are deleted with their files", async () => {
    await downloads.saveDownload(record("a"));
    await write("folder-a", 1, "12345");
    expect(root.countFiles()).toBe(2);
    await downloads.discardDownload("a");
    await downloads.discardDownload("never there");
    expect(root.countFiles()).toBe(0);
    expect(await downloads.listDownloads()).toEqual([]);
    await expect(downloads.findDownload("a")).rejects.toMatchObject({ code: "storage" });
  });

  it("keep their files when leftovers are removed", async () => {
    await downloads.saveDownload(record("a"));
    await write("folder-a", 1, "12345");
    await models.removeModelLeftovers();
    expect(root.countFiles()).toBe(2);
    expect(await models.unknownFolders()).toEqual([]);
    expect((await downloads.listDownloads()).map(({ id }) => id)).toEqual(["a"]);
  });

  it("continue after the records are lost, and those of the version without cards too", async () => {
    await downloads.saveDownload(record("a", 1));
    await write("folder-a", 1, "12345");
    await clearStore("luthier-downloads", "downloads");
    expect(await downloads.listDownloads()).toEqual([record("a", 1)]);
    await downloads.saveDownload(record("b", 2));
    const { fileStores } = await import("../../../src/storage/model-files");
    await fileStores.opfs.removeNote("folder-b", "download.json");
    expect(await downloads.listDownloads()).toEqual([record("a", 1), record("b", 2)]);
  });

  it("become models without copying, even if the page closes in between", async () => {
    await downloads.saveDownload(record("a"));
    await write("folder-a", 0, "{}");
    await write("folder-a", 1, "0123456789");
    await models.keepFolder(card, "folder-a", ["config.json", "model.safetensors"]);
    expect(await downloads.listDownloads()).toEqual([]);
    await downloads.discardDownload("a");
    await models.removeModelLeftovers();
    const files = await models.openModel("model");
    expect(await Promise.all(files.map(async ({ name, blob }) => [name, await blob.text()]))).toEqual([
      ["config.json", "{}"],
      ["model.safetensors", "0123456789"],
    ]);
    await models.deleteModel("model");
    expect(root.countFiles()).toBe(0);
  });
});

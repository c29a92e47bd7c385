import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ModelCard } from "../../../src/shared/model";
import type * as Models from "../../../src/storage/models";
import { FakeDirectory, FakeFile, refuseDirectory } from "./fake-opfs";
import { clearStore, countEntries, fresh, fullDisk } from "./fresh";

let models: typeof Models;
let root: FakeDirectory;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const card = (id: string): ModelCard => ({
  id,
  title: `Model ${id}`,
  source: "files",
  family: "llama",
  parameters: 10,
  sizeBytes: 6,
  license: "Apache-2.0",
});
const files = (text = "weights") => [
  { name: "config.json", blob: new Blob(["{}"]) },
  { name: "weights/model.safetensors", blob: new Blob([text]) },
];
const texts = async (id: string): Promise<[string, string][]> =>
  Promise.all(
    (await models.openModel(id)).map(async ({ name, blob }) => [name, await blob.text()] as [string, string]),
  );

describe.each(["opfs", "idb"] as const)("models kept in %s", (place) => {
  const stored = (): Promise<number> =>
    place === "opfs" ? Promise.resolve(root.countFiles()) : countEntries("luthier-model-files", "files");

  /** Makes the disk full for file contents only. */
  const fillDisk = (): (() => void) => {
    if (place === "idb") return fullDisk((value) => value instanceof Blob);
    FakeFile.full = true;
    return () => (FakeFile.full = false);
  };

  beforeEach(async () => {
    root = new FakeDirectory();
    FakeFile.full = false;
    models = await fresh(() => import("../../../src/storage/models"));
    if (place === "opfs") {
      vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
      vi.stubGlobal("FileSystemFileHandle", FakeFile);
    }
  });

  it("are listed, opened and deleted", async () => {
    await models.keepModel(card("b"), files());
    await models.keepModel(card("a"), files("other"));
    expect((await models.listModels()).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await stored()).toBe(6);
    expect(await texts("b")).toEqual([
      ["config.json", "{}"],
      ["weights/model.safetensors", "weights"],
    ]);
    await models.deleteModel("b");
    await models.deleteModel("never there");
    expect(await stored()).toBe(3);
    await expect(models.openModel("b")).rejects.toMatchObject({ code: "model" });
    expect(await texts("a")).toHaveLength(2);
  });

  it("are replaced by newer files of the same model", async () => {
    await models.keepModel(card("a"), files("old"));
    await models.keepModel(card("a"), files("new"));
    expect((await texts("a"))[1]![1]).toBe("new");
    expect(await stored()).toBe(3);
  });

  it("record when they were stored, and accept later details", async () => {
    await models.keepModel(card("a"), files());
    const [kept] = await models.listModels();
    expect(kept!.keptAt).toBeTypeOf("number");
    await models.updateCard({ ...card("a"), parameters: 99 });
    await models.updateCard(card("never there"));
    expect(await models.listModels()).toEqual([{ ...kept, parameters: 99 }]);
    expect(await texts("a")).toHaveLength(2);
  });

  it("report progress while copying", async () => {
    const steps: [number, number][] = [];
    await models.keepModel(card("a"), files(), { onProgress: (done, total) => steps.push([done, total]) });
    expect(steps).toEqual([
      [2, 9],
      [9, 9],
    ]);
  });

  it("keep the earlier files when the disk is full", async () => {
    await models.keepModel(card("a"), files("old"));
    const restore = fillDisk();
    await expect(models.keepModel(card("a"), files("new"))).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("not enough storage left to keep the model Model a"),
    });
    restore();
    expect((await texts("a"))[1]![1]).toBe("old");
    expect(await stored()).toBe(3);
  });

  it("leave nothing behind when cancelled", async () => {
    const controller = new AbortController();
    const keeping = models.keepModel(card("a"), files(), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(keeping).rejects.toMatchObject({ code: "cancelled" });
    expect(await models.listModels()).toEqual([]);
    expect(await stored()).toBe(0);
  });

  it("are refused before copying if they do not fit the estimate", async () => {
    const estimate = () => Promise.resolve({ usage: 95, quota: 100 });
    vi.stubGlobal("navigator", { storage: { estimate, getDirectory: () => Promise.resolve(root) } });
    const copied = vi.fn();
    await expect(models.keepModel(card("a"), files(), { onProgress: copied })).rejects.toThrow(
      /not enough storage/,
    );
    expect(copied).not.toHaveBeenCalled();
  });

  it("lose only the leftovers of an aborted save", async () => {
    await models.keepModel(card("a"), files());
    const { fileStores } = await import("../../../src/storage/model-files");
    const folder = (name: string): Promise<void> =>
      fileStores[place].write(name, 0, new Blob(["x"]), () => undefined);
    await folder("broken off");
    await fileStores[place].writeNote("broken off", "unfinished", "");
    await folder("unknown");
    expect(await stored()).toBe(6);
    await models.removeModelLeftovers();
    expect((await fileStores[place].folders()).filter((name) => name.length < 32)).toEqual(["unknown"]);
    expect(await models.unknownFolders()).toEqual([{ folder: "unknown", place, sizeBytes: 1 }]);
    const [kept] = (await fileStores[place].folders()).filter((name) => name.length === 32);
    await models.deleteUnknownFolder(kept!);
    await models.deleteUnknownFolder("unknown");
    expect(await stored()).toBe(3);
    expect(await texts("a")).toHaveLength(2);
  });

  it("survive the loss of the index", async () => {
    await models.keepModel(card("a"), files());
    const [before] = await models.listModels();
    await clearStore("luthier-models", "models");
    expect(await models.listModels()).toEqual([before]);
    await models.removeModelLeftovers();
    expect(await countEntries("luthier-models", "models")).toBe(1);
    expect(await texts("a")).toHaveLength(2);
    await models.updateCard({ ...card("a"), parameters: 99 });
    expect(await models.listModels()).toEqual([{ ...before, parameters: 99 }]);
  });

  it("of the version without cards get theirs, and then survive the loss of the index", async () => {
    await models.keepModel(card("a"), files());
    const { fileStores } = await import("../../../src/storage/model-files");
    const [folder] = await fileStores[place].folders();
    await fileStores[place].removeNote(folder!, "card.json");
    expect(await texts("a")).toHaveLength(2);
    await models.removeModelLeftovers();
    await clearStore("luthier-models", "models");
    expect(await texts("a")).toHaveLength(2);
  });

  it("whose deletion was interrupted are gone at the next listing", async () => {
    await models.keepModel(card("a"), files());
    const { fileStores } = await import("../../../src/storage/model-files");
    const [folder] = await fileStores[place].folders();
    await fileStores[place].writeNote(folder!, "unfinished", "");
    await fileStores[place].removeNote(folder!, "card.json");
    await models.removeModelLeftovers();
    expect(await models.listModels()).toEqual([]);
    expect(await stored()).toBe(0);
  });

  it("are listed once if a crash left the previous files beside the new ones", async () => {
    await models.keepModel(card("a"), files("old"));
    const { fileStores } = await import("../../../src/storage/model-files");
    const [old] = await fileStores[place].folders();
    const oldCard = await fileStores[place].readNote(old!, "card.json");
    await models.keepModel(card("a"), files("new"));
    await fileStores[place].write(old!, 0, new Blob(["old"]), () => undefined);
    await fileStores[place].writeNote(old!, "card.json", oldCard!.replace(/"keptAt":\d+/, '"keptAt":1'));
    expect((await texts("a"))[1]![1]).toBe("new");
    await models.removeModelLeftovers();
    expect(await stored()).toBe(3);
    expect((await texts("a"))[1]![1]).toBe("new");
  });

  it("report that the browser has evicted their files", async () => {
    await models.keepModel(card("a"), files());
    const { fileStores } = await import("../../../src/storage/model-files");
    for (const folder of await fileStores[place].folders()) await fileStores[place].delete(folder);
    await expect(models.openModel("a")).rejects.toMatchObject({
      code: "model",
      what: "The files of Model a are no longer stored here.",
    });
  });
});

it("stores models in IndexedDB where a private window denies the private file system", async () => {
  models = await fresh(() => import("../../../src/storage/models"));
  vi.stubGlobal("navigator", { storage: { getDirectory: refuseDirectory } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
  await models.removeModelLeftovers();
  await models.keepModel(card("a"), files());
  expect(await texts("a")).toHaveLength(2);
  expect(await countEntries("luthier-model-files", "files")).toBe(3);
});

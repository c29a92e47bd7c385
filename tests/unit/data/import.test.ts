import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Import from "../../../src/data/import";
import type { AlpacaRow as Row } from "../../../src/shared/rows";
import { toAlpaca } from "../../support/alpaca";
import type * as Datasets from "../../../src/storage/datasets";
import { countEntries, fresh, fullDisk, rows } from "../storage/fresh";

let importFiles: typeof Import.importDataset;
let storage: typeof Datasets;

beforeEach(async () => {
  ({ importDataset: importFiles } = await fresh(() => import("../../../src/data/import")));
  storage = await import("../../../src/storage/datasets");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Imports one file, named like the dataset. */
const importDataset = (bytes: Blob, options: Import.ImportOptions) =>
  importFiles([{ name: options.name, bytes }], options);
const file = (content: unknown): Blob =>
  new Blob([typeof content === "string" ? content : JSON.stringify(content)]);
/** A file that is read in chunks of 64 kB. */
function inPieces(content: Blob): Blob {
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> => {
    let start = 0;
    return new ReadableStream({
      async pull(controller) {
        if (start >= content.size) return controller.close();
        const piece = content.slice(start, start + (1 << 16));
        start += piece.size;
        controller.enqueue(new Uint8Array(await piece.arrayBuffer()));
      },
    });
  };
  return Object.assign(content.slice(), { stream });
}
/** Chunks of rows, without the datasets' records. */
const chunkCount = async (): Promise<number> =>
  (await countEntries("luthier-rows", "chunks")) - (await storage.listDatasets()).length;
async function stored(id: string): Promise<Row[]> {
  const all: Row[] = [];
  for await (const chunk of storage.streamRows(id)) all.push(...chunk.map(toAlpaca));
  return all;
}

describe("importDataset", () => {
  it("reads a file into storage and reports progress", async () => {
    const content = inPieces(file([...rows(5000), { id: 1 }]));
    const steps: [number, number][] = [];
    const summary = await importDataset(content, {
      name: "big.json",
      onProgress: (...step) => steps.push(step),
    });
    expect(summary).toMatchObject({
      name: "big.json",
      rows: 5000,
      sizeBytes: content.size,
      problems: [{ row: 5001, reason: { kind: "no-field", field: "instruction" } }],
      problemCount: 1,
      duplicates: 0,
      ignoredFields: ["id"],
      brokenAt: null,
    });
    expect(await stored(summary.id)).toEqual(rows(5000));
    expect(await storage.listDatasets()).toEqual([summary]);
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).sort((a, b) => a - b));
    expect(steps.at(-1)).toEqual([content.size, content.size]);
  });

  it("offers the rows before a fault", async () => {
    const summary = await importDataset(file(JSON.stringify(rows(2500)).slice(0, -5)), { name: "cut.json" });
    expect(summary.rows).toBe(2499);
    expect(summary.brokenAt).toMatchObject({
      kind: "json",
      place: { line: 1 },
      fault: { kind: "ends-early" },
    });
    expect(await stored(summary.id)).toEqual(rows(2499));
  });

  it("changes nothing after a refusal", async () => {
    const kept = await importDataset(file(rows(3)), { name: "kept" });
    await expect(importDataset(file("not json"), { name: "bad.json" })).rejects.toMatchObject({
      code: "data",
    });
    await expect(importDataset(file("not json"), { name: "bad", id: kept.id })).rejects.toMatchObject({
      code: "data",
    });
    expect(await storage.listDatasets()).toEqual([kept]);
    expect(await stored(kept.id)).toEqual(rows(3));
    expect(await chunkCount()).toBe(1);
  });

  it("leaves nothing behind when cancelled", async () => {
    const controller = new AbortController();
    const importing = importDataset(inPieces(file(rows(5000))), {
      name: "big.json",
      signal: controller.signal,
      onProgress: (done) => done > 100_000 && controller.abort(),
    });
    await expect(importing).rejects.toMatchObject({ code: "cancelled" });
    expect(await storage.listDatasets()).toEqual([]);
    expect(await chunkCount()).toBe(0);
    await expect(
      importDataset(file(rows(1)), { name: "a", signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "cancelled" });
  });

  it("leaves nothing behind on a full disk", async () => {
    const kept = await importDataset(file(rows(3)), { name: "kept" });
    const restore = fullDisk(
      (value) => Array.isArray(value) && JSON.stringify(value[0]).includes("question 2000"),
    );
    await expect(importDataset(file(rows(5000)), { name: "big" })).rejects.toMatchObject({ code: "storage" });
    restore();
    expect(await storage.listDatasets()).toEqual([kept]);
    expect(await chunkCount()).toBe(1);
  });

  it("replaces a dataset with the same id", async () => {
    await importDataset(file(rows(3)), { name: "sample", id: "sample-pirate" });
    await importDataset(file(rows(5)), { name: "sample", id: "sample-pirate" });
    expect(await storage.listDatasets()).toHaveLength(1);
    expect(await stored("sample-pirate")).toEqual(rows(5));
  });

  it("recognises files by content rather than name, and refuses them on request", async () => {
    const kept = await importDataset(file(rows(3)), { name: "woods.json" });
    const again = { name: "woods (1).json", refuseKnown: true };
    await expect(importDataset(file(rows(3)), again)).rejects.toMatchObject({
      problem: { code: "data/same-file", id: kept.id, dataset: "woods.json" },
    });
    expect((await importDataset(file(rows(4)), again)).rows).toBe(4);
    expect((await importDataset(file(rows(3)), { name: "again.json" })).contentHash).toBe(kept.contentHash);
    expect(await storage.listDatasets()).toHaveLength(3);
  });

  it("reports a file that can no longer be read", async () => {
    const gone = file(rows(1));
    vi.spyOn(gone, "stream").mockReturnValue(
      new ReadableStream({
        start: (controller) => controller.error(new DOMException("gone", "NotReadableError")),
      }),
    );
    await expect(importDataset(gone, { name: "gone.json" })).rejects.toMatchObject({
      problem: { code: "data/file-gone", name: "gone.json" },
    });
  });
});

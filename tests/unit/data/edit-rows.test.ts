import { beforeEach, describe, expect, it } from "vitest";
import type * as Change from "../../../src/data/edit/change-rows";
import type * as Export from "../../../src/data/write/export-rows";
import type { DatasetEdit } from "../../../src/shared/data";
import { alpacaRow, type Row } from "../../../src/shared/rows";
import type * as Datasets from "../../../src/storage/datasets";
import type { EncodedRows } from "../../../src/worker/encoded-rows";
import type * as Search from "../../../src/worker/row-search";
import { countEntries, fresh } from "../storage/fresh";

let storage: typeof Datasets;
let change: typeof Change.changeRows;
let exportRows: typeof Export.exportRows;
let RowSearch: typeof Search.RowSearch;

const say = (instruction: string, output: string): Row => alpacaRow({ instruction, input: "", output });
const ROWS: readonly Row[] = [
  say("Name a wood.", "Spruce."),
  say("Name a metal.", "Iron."),
  say("Name a wood.", "Spruce."),
  say("name a  WOOD.", "Spruce."),
];
const signal = new AbortController().signal;

beforeEach(async () => {
  // All from one fresh copy of the modules, since they share the database.
  const modules = await fresh(async () => ({
    storage: await import("../../../src/storage/datasets"),
    change: await import("../../../src/data/edit/change-rows"),
    write: await import("../../../src/data/write/export-rows"),
    search: await import("../../../src/worker/row-search"),
  }));
  storage = modules.storage;
  change = modules.change.changeRows;
  exportRows = modules.write.exportRows;
  RowSearch = modules.search.RowSearch;
});

async function kept(rows: readonly Row[] = ROWS): Promise<string> {
  const writer = await storage.createDataset();
  await writer.append(rows);
  const details = { problems: [], problemCount: 0, duplicates: 0, ignoredFields: [], brokenAt: null };
  return (await writer.commit({ name: "rows.json", sizeBytes: 1, format: "alpaca", ...details })).id;
}

async function inUse(id: string): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of storage.streamRows(id)) all.push(...rows);
  return all;
}

describe("changed rows", () => {
  it("are reflected in reads, streams and counts", async () => {
    const id = await kept();
    const maple = say("Name a wood.", "Maple.");
    await change(id, { kind: "replace", row: 1, value: maple });
    await change(id, { kind: "leave-out", row: 0 });
    const summary = await change(id, { kind: "add", value: say("And?", "No more.") });
    expect(summary).toMatchObject({
      rows: 4,
      edits: { fileRows: 4, leftOut: 1, changed: 1, added: 1, canUndo: true },
    });
    expect(await inUse(id)).toEqual([maple, ROWS[2], ROWS[3], say("And?", "No more.")]);
    expect(await storage.rowsInUse(id)).toEqual([1, 2, 3, 4]);
    expect(await storage.readNumberedRows(id, 0, 2)).toEqual([
      { number: 0, row: ROWS[0], leftOut: true, changed: false },
      { number: 1, row: maple, leftOut: false, changed: true },
    ]);
    await change(id, { kind: "replace", row: 4, value: say("And?", "One more.") });
    expect(await storage.readRows(id, 3, 5)).toEqual([ROWS[3], say("And?", "One more.")]);
    await expect(change(id, { kind: "leave-out", row: 9 })).rejects.toThrow(/no row 10/i);
  });

  it("can be undone one by one or together; equal edits have equal identities", async () => {
    const id = await kept();
    const leaveOut: DatasetEdit = { kind: "leave-out", row: 2 };
    const first = await change(id, leaveOut);
    const undone = await change(id, { kind: "undo" });
    expect(undone).toMatchObject({ rows: 4, edits: { identity: "", canUndo: false } });
    expect(await change(id, leaveOut)).toMatchObject({ edits: { identity: first.edits?.identity } });
    await change(id, { kind: "leave-out", row: 3 });
    const reset = await change(id, { kind: "reset" });
    expect(reset).toMatchObject({ rows: 4, edits: { identity: "", canUndo: true } });
    expect((await change(id, { kind: "undo" })).rows).toBe(2);
    // The record, one chunk of rows, and the current edits.
    expect(await countEntries("luthier-rows", "chunks")).toBe(3);
    await storage.deleteDataset(id);
    expect(await countEntries("luthier-rows", "chunks")).toBe(0);
  });

  it("can be sampled from the rows in use, reproducibly by seed", async () => {
    const many = Array.from({ length: 50 }, (_, index) => say(`Question ${index}`, "Yes."));
    const [one, other] = [await kept(many), await kept(many)];
    for (const id of [one, other]) {
      await change(id, { kind: "leave-out", row: 7 });
      expect((await change(id, { kind: "sample", count: 10, seed: 1 })).rows).toBe(10);
    }
    expect(await storage.rowsInUse(one)).toEqual(await storage.rowsInUse(other));
    expect(await storage.rowsInUse(one)).not.toContain(7);
  });

  it("can exclude duplicates, exact or up to case and spacing", async () => {
    const id = await kept();
    await change(id, { kind: "deduplicate", measure: "exact" });
    expect(await storage.rowsInUse(id)).toEqual([0, 1, 3]);
    await change(id, { kind: "deduplicate", measure: "normalised" });
    expect(await storage.rowsInUse(id)).toEqual([0, 1]);
  });

  it("are exported as JSON Lines", async () => {
    const id = await kept();
    await change(id, { kind: "leave-out", row: 3 });
    await change(id, { kind: "deduplicate", measure: "exact" });
    expect(await (await exportRows(id)).text()).toBe(
      '{"instruction":"Name a wood.","input":"","output":"Spruce."}\n{"instruction":"Name a metal.","input":"","output":"Iron."}\n',
    );
  });
});

describe("a search", () => {
  const encoded = {
    get: () => Promise.reject(new Error("no tokens are needed")),
    first: (work: () => Promise<unknown>) => work(),
  } as unknown as EncodedRows;
  const find = (id: string, text: string, filter: "all" | "left-out" | "changed" = "all") =>
    new RowSearch(encoded).find(
      { id, query: { text, filter, minTokens: 0 }, encoding: null, offset: 0, count: 10 },
      signal,
    );

  it("ignores case, pages its results, and includes rows that are left out", async () => {
    const id = await kept();
    await change(id, { kind: "leave-out", row: 2 });
    expect((await find(id, "WOOD")).rows.map(({ number }) => number)).toEqual([0, 2, 3]);
    expect(await find(id, "metal", "left-out")).toEqual({ total: 0, rows: [] });
    expect((await find(id, "", "left-out")).rows.map(({ number }) => number)).toEqual([2]);
    expect((await find(id, "")).total).toBe(4);
    const search = new RowSearch(encoded);
    const query = { text: "name", filter: "all", minTokens: 0 } as const;
    const page = await search.find({ id, query, encoding: null, offset: 2, count: 1 }, signal);
    expect(page).toMatchObject({ total: 4, rows: [{ number: 2, leftOut: true }] });
  });

  it("does not match text that an edit removed", async () => {
    const id = await kept();
    expect((await find(id, "iron")).total).toBe(1);
    await change(id, { kind: "replace", row: 1, value: say("Name a metal.", "Gold.") });
    expect((await find(id, "iron")).total).toBe(0);
    expect((await find(id, "gold", "changed")).rows.map(({ number }) => number)).toEqual([1]);
  });

  it("ends when cancelled", async () => {
    const id = await kept();
    const query = { text: "a", filter: "all", minTokens: 0 } as const;
    const search = new RowSearch(encoded).find(
      { id, query, encoding: null, offset: 0, count: 1 },
      AbortSignal.abort(),
    );
    await expect(search).rejects.toMatchObject({ code: "cancelled" });
  });
});

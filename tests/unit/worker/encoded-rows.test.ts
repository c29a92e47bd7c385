import { beforeEach, expect, it, vi } from "vitest";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import type { Row } from "../../../src/shared/rows";
import type { NumberedRow } from "../../../src/storage/row-edits";
import type { ActiveModel } from "../../../src/worker/active";
import { EncodedRows } from "../../../src/worker/encoded-rows";

/** Chunks of rows that arrive on demand, and how many have arrived. */
let chunks: (() => void)[] = [];
let read = 0;
vi.mock("../../../src/storage/datasets", () => ({
  async *streamNumberedRows(): AsyncGenerator<readonly NumberedRow[]> {
    for (let chunk = 0; chunk < 3; chunk++) {
      await new Promise<void>((resolve) => chunks.push(resolve));
      read++;
      const row = { kind: "conversation", system: String(chunk), turns: [] } as const;
      yield [{ number: chunk, row, leftOut: false, changed: false }];
    }
  },
}));
vi.mock("../../../src/data/encode/encode-row", () => ({
  encodeRow: (row: Row) =>
    ({ ids: Uint32Array.of(Number(row.kind === "conversation" && row.system)) }) as EncodedRow,
}));

const model = {
  summary: { id: "m" },
  tokenizer: {},
  engine: { spec: { vocabularySize: 10 } },
} as unknown as ActiveModel;
const key = {
  datasetId: "d",
  templateId: "chat",
  maxLength: 64,
  learnFrom: "every",
  thoughts: "template",
} as const;

let encoded: EncodedRows;
beforeEach(() => {
  chunks = [];
  read = 0;
  encoded = new EncodedRows(() => model);
});

/** Releases the next chunk. */
async function nextChunk(): Promise<void> {
  await vi.waitFor(() => expect(chunks.length).toBeGreaterThan(0));
  chunks.shift()?.();
  await new Promise((resolve) => setTimeout(resolve));
}

it("encodes once for equal requests, concurrent or later", async () => {
  const [one, other] = [encoded.get(key), encoded.get(key)];
  for (let chunk = 0; chunk < 3; chunk++) await nextChunk();
  expect((await one).map(({ ids }) => ids[0])).toEqual([0, 1, 2]);
  expect(await other).toBe(await one);
  expect(await encoded.get(key)).toBe(await one);
  expect(read).toBe(3);
});

it("continues for the remaining waiters when one cancels", async () => {
  const controller = new AbortController();
  const impatient = encoded.get(key, controller.signal);
  const patient = encoded.get(key);
  await nextChunk();
  controller.abort();
  await expect(impatient).rejects.toMatchObject({ code: "cancelled" });
  await nextChunk();
  await nextChunk();
  expect(await patient).toHaveLength(3);
});

it("stops when nobody waits, and restarts for the next", async () => {
  const controller = new AbortController();
  const given = encoded.get(key, controller.signal);
  await nextChunk();
  controller.abort();
  await expect(given).rejects.toMatchObject({ code: "cancelled" });
  await nextChunk();
  expect(chunks, "no further chunk is asked for").toEqual([]);
  const again = encoded.get(key);
  for (let chunk = 0; chunk < 3; chunk++) await nextChunk();
  expect(await again).toHaveLength(3);
});

it("caches those of a validation file beside the dataset's", async () => {
  const all = async (...args: Parameters<EncodedRows["get"]>) => {
    const rows = encoded.get(...args);
    for (let chunk = 0; chunk < 3; chunk++) await nextChunk();
    return rows;
  };
  const own = await all(key);
  const other = await all({ ...key, datasetId: "v" }, undefined, "validation");
  expect(await encoded.get(key)).toBe(own);
  expect(await encoded.get({ ...key, datasetId: "v" }, undefined, "validation")).toBe(other);
  encoded.clear();
  expect(await all(key)).not.toBe(own);
});

it("yields to work of higher priority", async () => {
  const rows = encoded.get(key);
  await nextChunk();
  let finish: () => void = () => undefined;
  const first = encoded.first(() => new Promise<void>((resolve) => (finish = resolve)));
  vi.spyOn(performance, "now").mockReturnValue(Infinity);
  await nextChunk();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(chunks, "no further chunk is asked for").toEqual([]);
  vi.restoreAllMocks();
  finish();
  await first;
  await nextChunk();
  expect(await rows).toHaveLength(3);
});

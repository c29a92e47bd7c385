import { describe, expect, it } from "vitest";
import { type Batch, epochBatches, orderedBatches } from "../../../src/data/batch/batches";
import { batchLengths } from "../../../src/data/batch/lengths";
import { packRows } from "../../../src/data/batch/pack";
import { splitRows } from "../../../src/data/batch/split";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import { makeRng } from "../../../src/lib/rng";

/** Row `n` of `length` tokens, all with the id n + 1, the second half supervised. */
function row(n: number, length: number): EncodedRow {
  return {
    ids: new Uint32Array(length).fill(n + 1),
    supervised: Uint8Array.from({ length }, (_, i) => Number(i >= length / 2)),
    fullLength: length,
    hasEnd: true,
    isEndCut: false,
    notes: NO_NOTES,
    excluded: null,
  };
}

const rng = makeRng(5);
const rows = Array.from({ length: 101 }, (_, n) => row(n, 2 + rng.integer(90)));
const lengths = batchLengths(rows.map(({ ids }) => ids.length));
const options = { batchSize: 8, packing: false, maxLength: 128 };

/** The numbers of all rows in a batch, after checking that each is complete. */
function rowsOf(batch: Batch): number[] {
  expect(batch.ids).toHaveLength(batch.rows * batch.length);
  expect(batch.segments).toHaveLength(batch.rows);
  const covered = new Uint8Array(batch.ids.length);
  const found = batch.segments.flatMap((segments, index) =>
    segments.map(({ start, length }) => {
      expect(start + length).toBeLessThanOrEqual(batch.length);
      const at = index * batch.length + start;
      const n = batch.ids[at]! - 1;
      expect([...batch.ids.slice(at, at + length)]).toEqual([...rows[n]!.ids]);
      expect([...batch.supervised.slice(at, at + length)]).toEqual([...rows[n]!.supervised]);
      covered.fill(1, at, at + length);
      return n;
    }),
  );
  batch.ids.forEach((id, at) => {
    if (!covered[at]) expect([id, batch.supervised[at]]).toEqual([0, 0]);
  });
  return found;
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const all = rows.map((_, n) => n);

describe("epochBatches", () => {
  it("puts every row into exactly one batch, in batches of equal size", () => {
    const batches = [...epochBatches(rows, options, lengths, 42, 0)];
    expect(batches).toHaveLength(13);
    expect(sorted(batches.flatMap(rowsOf))).toEqual(all);
    for (const batch of batches) {
      expect(batch.rows).toBe(8);
      expect(lengths).toContain(batch.length);
      expect(batch.segments.every((segments) => segments.length <= 1)).toBe(true);
    }
  });

  it("depends on seed and epoch only", () => {
    const order = (seed: number, epoch: number) =>
      [...epochBatches(rows, options, lengths, seed, epoch)].flatMap(rowsOf);
    expect(order(42, 3)).toEqual(order(42, 3));
    expect(order(42, 4)).not.toEqual(order(42, 3));
    expect(order(43, 3)).not.toEqual(order(42, 3));
  });

  it("pads less than batches in file order", () => {
    const cells = (batches: readonly Batch[]) => batches.reduce((sum, batch) => sum + batch.ids.length, 0);
    let asTheyCome = 0;
    for (let start = 0; start < rows.length; start += 8) {
      const group = rows.slice(start, start + 8).map(({ ids }) => ids.length);
      asTheyCome += 8 * Math.max(...group);
    }
    expect(cells([...epochBatches(rows, options, lengths, 42, 0)])).toBeLessThan(0.8 * asTheyCome);
  });

  it("packs whole rows into sequences of the maximum length", () => {
    const batches = [...epochBatches(rows, { ...options, packing: true }, [128], 42, 0)];
    expect(sorted(batches.flatMap(rowsOf))).toEqual(all);
    const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    const used = batches.flatMap(({ segments }) => segments).filter((segments) => segments.length > 0).length;
    expect(used).toBeLessThan((1.15 * tokens) / 128);
    for (const { segments } of batches.flatMap((batch) => batch.segments.map((segments) => ({ segments })))) {
      segments.forEach(({ start }, index) => {
        const before = segments[index - 1];
        expect(start).toBe(before ? before.start + before.length : 0);
      });
    }
  });

  it("gives no batches without rows", () => {
    expect(epochBatches([], options, [], 42, 0)).toHaveLength(0);
  });
});

describe("orderedBatches", () => {
  it("orders all rows by length, deterministically", () => {
    const batches = [...orderedBatches(rows, 8, lengths)];
    const order = batches.flatMap(rowsOf);
    expect(sorted(order)).toEqual(all);
    const inOrder = order.map((n) => rows[n]!.ids.length);
    expect(inOrder).toEqual(sorted(inOrder));
    expect([...orderedBatches(rows, 8, lengths)].flatMap(rowsOf)).toEqual(order);
  });
});

describe("batchLengths", () => {
  const padded = (given: readonly number[], buckets: readonly number[]) =>
    given.reduce((sum, length) => sum + buckets.find((bucket) => bucket >= length)!, 0);

  it("are a few ascending multiples of eight, the last long enough for the longest row", () => {
    for (const given of [[1], [8, 9], [7, 7, 7], [300, 20, 20, 21], rows.map(({ ids }) => ids.length)]) {
      const buckets = batchLengths(given);
      expect(buckets.length).toBeLessThanOrEqual(6);
      expect(buckets.every((bucket) => bucket % 8 === 0)).toBe(true);
      expect(buckets).toEqual([...new Set(sorted(buckets))]);
      expect(buckets.at(-1)).toBe(Math.ceil(Math.max(...given) / 8) * 8);
    }
    expect(batchLengths([])).toEqual([]);
  });

  it("minimise padding for their number", () => {
    const given = [5, 6, 6, 20, 22, 23, 24, 50, 51, 52, 100];
    const buckets = batchLengths(given);
    const steps = Array.from({ length: 12 }, (_, i) => (i + 1) * 8);
    let best = Infinity;
    for (let chosen = 0; chosen < 1 << steps.length; chosen++) {
      const choice = [...steps.filter((_, i) => chosen & (1 << i)), 104];
      if (choice.length === buckets.length) best = Math.min(best, padded(given, choice));
    }
    expect(padded(given, buckets)).toBe(best);
  });

  it("are no more than pay off", () => {
    expect(batchLengths([...Array<number>(1000).fill(20), 9])).toEqual([24]);
    expect(batchLengths([...Array<number>(1000).fill(20), ...Array<number>(500).fill(90)])).toEqual([24, 96]);
  });
});

describe("packRows", () => {
  it("puts each row whole into the first sequence with room", () => {
    const sizes = [5, 6, 4, 3, 10, 2];
    expect(packRows([0, 1, 2, 3, 4, 5], (n) => sizes[n]!, 10)).toEqual([[0, 2], [1, 3], [4], [5]]);
    expect(packRows([4, 3, 0], (n) => sizes[n]!, 10)).toEqual([[4], [3, 0]]);
    expect(packRows([], () => 1, 10)).toEqual([]);
  });

  it("gives an overlong row its own sequence", () => {
    expect(packRows([0, 1], (n) => [20, 3][n]!, 10)).toEqual([[0], [1]]);
  });

  it("packs many rows tightly and fast", () => {
    const draw = makeRng(1);
    const sizes = Array.from({ length: 100_000 }, () => 10 + draw.integer(200));
    const started = performance.now();
    const sequences = packRows(
      sizes.map((_, n) => n),
      (n) => sizes[n]!,
      512,
    );
    expect(performance.now() - started).toBeLessThan(5000);
    const tokens = sizes.reduce((sum, size) => sum + size, 0);
    expect(sequences.length).toBeLessThan((1.03 * tokens) / 512);
    expect(sequences.every((sequence) => sequence.reduce((sum, n) => sum + sizes[n]!, 0) <= 512)).toBe(true);
    expect(sequences.flat()).toHaveLength(100_000);
  });
});

describe("splitRows", () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i * 2);

  it("holds out the same rows for the same seed", () => {
    const { train, validation } = splitRows(numbers, 0.1, 42);
    expect([train.length, validation.length]).toEqual([45, 5]);
    expect(sorted([...train, ...validation])).toEqual(numbers);
    expect([sorted(train), sorted(validation)]).toEqual([train, validation]);
    expect(splitRows(numbers, 0.1, 42)).toEqual({ train, validation });
    expect(splitRows(numbers, 0.1, 43).validation).not.toEqual(validation);
  });

  it("holds out at least one row, never all rows, and none for a split of 0", () => {
    expect(splitRows(numbers, 0, 42)).toEqual({ train: numbers, validation: [] });
    expect(splitRows([1, 2, 3], 0.01, 42).validation).toHaveLength(1);
    expect(splitRows([7], 0.5, 42)).toEqual({ train: [7], validation: [] });
    expect(splitRows([], 0.5, 42)).toEqual({ train: [], validation: [] });
    expect(splitRows([1, 2], 0.5, 42).train).toHaveLength(1);
  });

  it("keeps rows of a group on one side, and splits as before where each row is a group", () => {
    const groupOf = (row: number): number => Math.floor(row / 6);
    const { train, validation } = splitRows(numbers, 0.2, 42, groupOf);
    const groups = new Set(validation.map(groupOf));
    expect(validation.length).toBeGreaterThanOrEqual(10);
    expect(train.some((row) => groups.has(groupOf(row)))).toBe(false);
    expect(splitRows(numbers, 0.2, 42, (row) => `row ${row}`)).toEqual(splitRows(numbers, 0.2, 42));
    expect(splitRows(numbers, 0.2, 42, () => "one")).toEqual({ train: numbers, validation: [] });
  });
});

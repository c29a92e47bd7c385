import { makeRng } from "../../lib/rng";
import type { EncodedRow } from "../encode/encode-row";
import { packRows } from "./pack";

/** A training batch: (rows, length), row-major, right-padded with id 0. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Uint32Array;
  /** 1 for tokens that contribute to the loss. */
  readonly supervised: Uint8Array;
  /** Texts per row; everything else is padding. */
  readonly segments: readonly (readonly { readonly start: number; readonly length: number }[])[];
}

/** Batching options. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly packing: boolean;
  readonly maxLength: number;
}

/** Row indices of a batch, per sequence. */
type Group = readonly (readonly number[])[];

/** Number of batches per sorting window: limits padding while keeping the shuffle. */
const WINDOW_BATCHES = 16;

/** Lazily built batches; only row indices are held in memory. */
export class BatchList implements Iterable<Batch> {
  readonly #rows: readonly EncodedRow[];
  readonly #groups: readonly Group[];
  readonly #sizes: Uint32Array;
  readonly #batchSize: number;
  readonly #lengths: readonly number[];

  /**
   * @param sizes tokens per row
   * @param lengths permitted batch lengths, ascending
   */
  constructor(
    rows: readonly EncodedRow[],
    groups: readonly Group[],
    sizes: Uint32Array,
    batchSize: number,
    lengths: readonly number[],
  ) {
    this.#rows = rows;
    this.#groups = groups;
    this.#sizes = sizes;
    this.#batchSize = batchSize;
    this.#lengths = lengths;
  }

  get length(): number {
    return this.#groups.length;
  }

  /** Padded sequence length of a batch. */
  lengthAt(index: number): number {
    const longest = Math.max(...this.#group(index).map((sequence) => tokensOf(sequence, this.#sizes)));
    return this.#lengths.find((candidate) => candidate >= longest) ?? longest;
  }

  /** Row indices of a batch. */
  rowsAt(index: number): readonly number[] {
    return this.#group(index).flat();
  }

  at(index: number): Batch {
    return makeBatch(this.#rows, this.#group(index), this.#batchSize, this.lengthAt(index));
  }

  *[Symbol.iterator](): Generator<Batch> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  #group(index: number): Group {
    return this.#groups[index] ?? [];
  }
}

/** Tokens per row. */
export function rowSizes(rows: readonly EncodedRow[]): Uint32Array {
  return Uint32Array.from(rows, ({ ids }) => ids.length);
}

/**
 * The batches of an epoch: rows are shuffled by seed and epoch, sorted by length within windows, and the batches
 * shuffled again. Deterministic for a seed. Each batch has `batchSize` rows; missing ones are empty.
 */
export function epochBatches(
  rows: readonly EncodedRow[],
  options: BatchOptions,
  lengths: readonly number[],
  seed: number,
  epoch: number,
  sizes = rowSizes(rows),
): BatchList {
  const rng = makeRng(seed, epoch);
  const order = rng.shuffle(rows.map((_, index) => index));
  const sequences: Group = options.packing
    ? packRows(order, (row) => sizes[row] ?? 0, options.maxLength)
    : order.map((row) => [row]);
  const window = options.batchSize * WINDOW_BATCHES;
  const groups: Group[] = [];
  for (let start = 0; start < sequences.length; start += window) {
    const sorted = sequences
      .slice(start, start + window)
      .sort((a, b) => tokensOf(a, sizes) - tokensOf(b, sizes));
    for (let i = 0; i < sorted.length; i += options.batchSize)
      groups.push(sorted.slice(i, i + options.batchSize));
  }
  return new BatchList(rows, rng.shuffle(groups), sizes, options.batchSize, lengths);
}

/** Batches of rows by length, unshuffled and unpacked, for evaluation. */
export function orderedBatches(
  rows: readonly EncodedRow[],
  batchSize: number,
  lengths: readonly number[],
  sizes = rowSizes(rows),
): BatchList {
  const order = rows.map((_, index) => index).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
  const groups: Group[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    groups.push(order.slice(start, start + batchSize).map((row) => [row]));
  }
  return new BatchList(rows, groups, sizes, batchSize, lengths);
}

function tokensOf(sequence: readonly number[], sizes: Uint32Array): number {
  return sequence.reduce((sum, row) => sum + (sizes[row] ?? 0), 0);
}

function makeBatch(rows: readonly EncodedRow[], group: Group, batchSize: number, length: number): Batch {
  const ids = new Uint32Array(batchSize * length);
  const supervised = new Uint8Array(batchSize * length);
  const segments = Array.from({ length: batchSize }, (_, index) => {
    let start = 0;
    return (group[index] ?? []).flatMap((row) => {
      const encoded = rows[row];
      if (!encoded) return [];
      const rowIds = encoded.ids;
      ids.set(rowIds, index * length + start);
      supervised.set(encoded.supervised, index * length + start);
      const segment = { start, length: rowIds.length };
      start += rowIds.length;
      return [segment];
    });
  });
  return { rows: batchSize, length, ids, supervised, segments };
}

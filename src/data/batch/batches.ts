import { makeRng } from "../../lib/rng";
import type { EncodedRow } from "../encode/encode-row";
import { packRows } from "./pack";

/** Sequences that are computed together: (rows, length), row-major, padded on the right with id 0. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Uint32Array;
  /** 1 where the token is learned. */
  readonly supervised: Uint8Array;
  /** For each row, the texts in it; what lies outside is padding. */
  readonly segments: readonly (readonly { readonly start: number; readonly length: number }[])[];
}

/** How rows become batches. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly packing: boolean;
  readonly maxLength: number;
}

/** Rows of a batch by number, sequence by sequence. */
type Group = readonly (readonly number[])[];

/** Rows are sorted by length within windows of this many batches: little padding, and still a shuffle. */
const WINDOW_BATCHES = 16;

/** Batches in their order, each made only when it is asked for: what lies in memory is row numbers. */
export class BatchList implements Iterable<Batch> {
  readonly #rows: readonly EncodedRow[];
  readonly #groups: readonly Group[];
  readonly #sizes: Uint32Array;
  readonly #batchSize: number;
  readonly #lengths: readonly number[];

  /**
   * @param sizes tokens of each row
   * @param lengths the lengths that batches may have, ascending
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

  /** Tokens of each sequence of a batch, padding included. */
  lengthAt(index: number): number {
    const longest = Math.max(...this.#group(index).map((sequence) => tokensOf(sequence, this.#sizes)));
    return this.#lengths.find((candidate) => candidate >= longest) ?? longest;
  }

  /** The rows of a batch by number. */
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

/** Tokens of each row. */
export function rowSizes(rows: readonly EncodedRow[]): Uint32Array {
  return Uint32Array.from(rows, ({ ids }) => ids.length);
}

/**
 * The batches of one epoch: rows shuffled by seed and epoch, sorted by length within windows, batches shuffled again.
 * The same seed gives the same batches. Every batch has `batchSize` rows; missing ones are empty.
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

/** Rows in the order of their lengths, unshuffled and unpacked: for measuring. */
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

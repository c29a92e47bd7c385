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
  /** For pairs of answers, in rows 2 p and 2 p + 1: each row's log-probability before training, 0 if unknown. */
  readonly references?: Float32Array<ArrayBuffer>;
  /** For labelled answers, 1 per pair whose first answer is good. */
  readonly good?: Uint32Array;
}

/** Log-probabilities of chosen and rejected answers before training. */
export type References = Map<EncodedRow, readonly [chosen: number, rejected: number]>;

/** Batching options. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly packing: boolean;
  readonly maxLength: number;
}

/** Row indices of a batch, per sequence. */
export type Group = readonly (readonly number[])[];

/** Number of batches per sorting window: limits padding while keeping the shuffle. */
const WINDOW_BATCHES = 16;

/** Lazily built batches; only row indices are held in memory. */
export class BatchList implements Iterable<Batch> {
  readonly #rows: readonly EncodedRow[];
  readonly #groups: readonly Group[];
  readonly #sizes: Uint32Array;
  readonly #batchSize: number;
  readonly #lengths: readonly number[];
  readonly #references: References | null;

  /**
   * @param sizes tokens per row
   * @param lengths permitted batch lengths, ascending
   * @param references log-probabilities for rows that are pairs; may be filled in later
   */
  constructor(
    rows: readonly EncodedRow[],
    groups: readonly Group[],
    sizes: Uint32Array,
    batchSize: number,
    lengths: readonly number[],
    references: References | null = null,
  ) {
    this.#rows = rows;
    this.#groups = groups;
    this.#sizes = sizes;
    this.#batchSize = batchSize;
    this.#lengths = lengths;
    this.#references = references;
  }

  get length(): number {
    return this.#groups.length;
  }

  /** Padded sequence length of a batch. */
  lengthAt(index: number): number {
    const longest = Math.max(...this.sequencesAt(index).map((sequence) => tokensOf(sequence, this.#sizes)));
    return this.#lengths.find((candidate) => candidate >= longest) ?? longest;
  }

  /** Row indices of a batch. */
  rowsAt(index: number): readonly number[] {
    return this.sequencesAt(index).flat();
  }

  /** Row indices of a batch by sequence: several in one only if rows are packed. */
  sequencesAt(index: number): Group {
    return this.#groups[index] ?? [];
  }

  at(index: number): Batch {
    const [group, length] = [this.sequencesAt(index), this.lengthAt(index)];
    if (this.#references)
      return makePairs(this.#rows, group.flat(), this.#batchSize, length, this.#references);
    return makeBatch(this.#rows, group, this.#batchSize, length);
  }

  *[Symbol.iterator](): Generator<Batch> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

/** Tokens per row; for a pair, those of the longer answer. */
export function rowSizes(rows: readonly EncodedRow[]): Uint32Array {
  return Uint32Array.from(rows, ({ ids, rejected }) => Math.max(ids.length, rejected?.ids.length ?? 0));
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
  references: References | null = null,
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
  return new BatchList(rows, rng.shuffle(groups), sizes, options.batchSize, lengths, references);
}

/** Batches of rows by length, unshuffled and unpacked, for evaluation. */
export function orderedBatches(
  rows: readonly EncodedRow[],
  batchSize: number,
  lengths: readonly number[],
  sizes = rowSizes(rows),
  references: References | null = null,
): BatchList {
  const order = rows.map((_, index) => index).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
  const groups: Group[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    groups.push(order.slice(start, start + batchSize).map((row) => [row]));
  }
  return new BatchList(rows, groups, sizes, batchSize, lengths, references);
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

function makePairs(
  rows: readonly EncodedRow[],
  group: readonly number[],
  batchSize: number,
  length: number,
  known: References,
): Batch {
  const pairs = group.flatMap((row) => rows[row] ?? []);
  const answers = pairs.flatMap((row) => (row.rejected ? [row, row.rejected] : []));
  const count = 2 * batchSize;
  const ids = new Uint32Array(count * length);
  const supervised = new Uint8Array(count * length);
  answers.forEach((answer, row) => {
    ids.set(answer.ids, row * length);
    supervised.set(answer.supervised, row * length);
  });
  const references = new Float32Array(count);
  references.set(pairs.flatMap((row) => [...(known.get(row) ?? [0, 0])]));
  const segments = Array.from({ length: count }, (_, row) => {
    const answer = answers[row];
    return answer ? [{ start: 0, length: answer.ids.length }] : [];
  });
  const batch = { rows: count, length, ids, supervised, segments, references };
  if (pairs[0]?.good === undefined) return batch;
  const good = new Uint32Array(batchSize);
  good.set(pairs.map((row) => Number(row.good === true)));
  return { ...batch, good };
}

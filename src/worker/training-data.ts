import {
  type Batch,
  type BatchList,
  epochBatches,
  type Group,
  orderedBatches,
  type References,
  rowSizes,
} from "../data/batch/batches";
import { batchLengths } from "../data/batch/lengths";
import { withOthersAnswers } from "../data/batch/others-answers";
import { type Split, splitRows } from "../data/batch/split";
import type { EncodedRow } from "../data/encode/encode-row";
import type { BatchShape, VirtualLengths } from "../engine/train/batch-inputs";
import { LuthierError } from "../lib/errors";
import { makeRng } from "../lib/rng";
import type { TrainingOptions } from "../shared/training";
import { batchShapes, countRowLabels, largestShapes, type RowSizes, splitRowPairs } from "./batch-shapes";

/** Everything a run derives from rows, options and seed alone. */
export interface TrainingData {
  readonly totalSteps: number;
  /** Batches of an optimizer step (from 0), built on demand. */
  batches(step: number): readonly Batch[];
  /** Rows of a step's batches, by their place in `train`. */
  groups(step: number): readonly Group[];
  readonly train: RowSet;
  readonly validationSet: RowSet;
  /** Tokens of a step's rows, excluding padding. */
  tokens(step: number): number;
  /** Epochs completed at the end of a step (from 0). */
  epoch(step: number): number;
  /** Training batches per length over the whole run, extrapolated from its first epoch. */
  runLengths(): readonly { readonly length: number; readonly batches: number }[];
  readonly validation: BatchList;
  /** Possible batch shapes, longest first. */
  readonly shapes: readonly BatchShape[];
  readonly evaluationShapes: readonly BatchShape[];
  /** Rows per epoch, including mixed-in ones. */
  readonly trainRows: number;
  /** How many of these are from the mixed-in dataset. */
  readonly mixedRows: number;
  /** For pairs of answers; null for texts and single answers. */
  readonly pairs: PairData | null;
  readonly stepsPerEpoch: number;
  /**
   * Dataset indices of the rows not trained on, ascending. With a validation file, the indices of its usable rows in
   * that file.
   */
  readonly heldOut: readonly number[];
  /**
   * Dataset index of the row to sample while training: the first held-out row, else the first row. With a validation
   * file, the index of its first row in that file.
   */
  readonly sampleRow: number;
}

/** Encoded rows with their numbers in their dataset; of a block of texts, that of the row in which it starts. */
export interface RowSet {
  readonly rows: readonly EncodedRow[];
  readonly numbers: readonly number[];
  /** How many of the last ones come from the dataset mixed in. */
  readonly mixed: number;
}

/** Preference pairs, whose log-probabilities before training some objectives use. */
export interface PairData {
  /** Filled in before training; batches read their values from here. */
  readonly references: References;
  /** Indices of all pairs, including held-out ones. */
  readonly rows: readonly EncodedRow[];
  /** Batches that contain each of these rows once, and their shapes. */
  readonly batches: BatchList;
  readonly shapes: readonly BatchShape[];
}

/** Additional rows. */
export interface OtherRows {
  /** Rows of a validation file, used instead of holding out rows of the dataset. */
  readonly validation?: readonly EncodedRow[] | null;
  /** Rows of a dataset to mix in, with fraction `mixShare`; none of them are held out. */
  readonly mixed?: readonly EncodedRow[] | null;
}

/** Shapes are enumerated exactly for runs of up to this many rows; longer runs use all possible shapes. */
const MAX_ENUMERATED_ROWS = 50_000;

/**
 * Splits, batches and shuffles encoded rows. Throws if no row is trainable.
 *
 * @param splitsAnswers whether an encoder reads the prompts
 */
export function planTrainingData(
  rows: readonly EncodedRow[],
  options: TrainingOptions,
  virtual: VirtualLengths,
  splitsAnswers = false,
  others: OtherRows = {},
): TrainingData {
  const { train, validation: validationSet, heldOut, sampleRow } = chooseRows(rows, options, others);
  const references: References | null = train.rows.some(({ rejected }) => rejected) ? new Map() : null;
  const packing = options.packing && virtual.promptLength === 0 && !references;
  const epochs = new Epochs(train.rows, { ...options, packing }, references);
  // A pair takes two rows of a batch.
  const batchRows = references ? 2 * options.batchSize : options.batchSize;
  const sizes = rowSizes(validationSet.rows);
  const lengths = batchLengths([...sizes]);
  const validation = orderedBatches(validationSet.rows, options.batchSize, lengths, sizes, references);
  const { totalSteps } = epochs;
  const rowSizesOf = (some: readonly EncodedRow[]): RowSizes => ({
    labels: countRowLabels(some, virtual),
    pairs: splitsAnswers ? splitRowPairs(some) : null,
  });
  const trainSizes = rowSizesOf(train.rows);
  const isShort = totalSteps * options.gradientAccumulation * options.batchSize <= MAX_ENUMERATED_ROWS;
  return {
    totalSteps,
    batches: (step) => epochs.places(step).map(({ list, index }) => list.at(index)),
    groups: (step) => epochs.places(step).map(({ list, index }) => list.sequencesAt(index)),
    train,
    validationSet,
    tokens: (step) =>
      epochs
        .places(step)
        .flatMap(({ list, index }) => list.rowsAt(index))
        .reduce((sum, row) => sum + (epochs.tokens[row] ?? 0), 0),
    epoch: (step) => (step + 1) / epochs.stepsPerEpoch,
    runLengths: () => epochs.runLengths(),
    validation,
    shapes: isShort
      ? batchShapes(epochs.allPlaces(), batchRows, trainSizes)
      : largestShapes(epochs.lengths, epochs.sizes, trainSizes, { ...options, packing }).map((shape) => ({
          ...shape,
          rows: batchRows,
        })),
    evaluationShapes: batchShapes(allPlaces(validation), batchRows, rowSizesOf(validationSet.rows)),
    trainRows: train.rows.length,
    mixedRows: train.mixed,
    pairs:
      references &&
      pairData([...train.rows, ...validationSet.rows], references, options.batchSize, rowSizesOf),
    stepsPerEpoch: epochs.stepsPerEpoch,
    heldOut,
    sampleRow,
  };
}

interface ChosenRows extends Pick<TrainingData, "train" | "heldOut" | "sampleRow"> {
  readonly validation: RowSet;
}

/** Chooses the rows to train on, mixed-in ones last, and those to validate on. */
function chooseRows(
  rows: readonly EncodedRow[],
  options: TrainingOptions,
  { validation: validationFile = null, mixed: others = null }: OtherRows,
): ChosenRows {
  const usable = usableRows(rows);
  if (usable.length === 0) throw nothingToTrain(rows);
  const { seed, validationSplit } = options;
  const split = splitEncoded(rows, usable, { seed, validationSplit: validationFile ? 0 : validationSplit });
  const comparing = (some: EncodedRow[]): EncodedRow[] =>
    some[0]?.answer ? withOthersAnswers(some, options.batchSize, options.maxLength) : some;
  const pick = (indices: readonly number[]): EncodedRow[] => indices.flatMap((index) => rows[index] ?? []);
  const numbersOf = (of: readonly EncodedRow[], indices: readonly number[]): number[] =>
    indices.map((index) => datasetIndexOf(of, index));
  const own = pick(split.train);
  const mixed = others ? mixIn(others, own.length, options) : [];
  const train = {
    rows: comparing([...own, ...mixed]),
    numbers: [...numbersOf(rows, split.train), ...mixed.map((row, index) => row.row ?? index)],
    mixed: mixed.length,
  };
  if (!validationFile)
    return {
      train,
      validation: {
        rows: comparing(pick(split.validation)),
        numbers: numbersOf(rows, split.validation),
        mixed: 0,
      },
      heldOut: heldOutRows(rows, split),
      sampleRow: datasetIndexOf(rows, split.validation[0] ?? split.train[0] ?? 0),
    };
  const validationRows = comparing(usableFile(validationFile));
  const inFile = usableRows(validationFile);
  return {
    train,
    validation: { rows: validationRows, numbers: numbersOf(validationFile, inFile), mixed: 0 },
    heldOut: rowsOf(validationFile, inFile),
    sampleRow: datasetIndexOf(validationFile, inFile[0] ?? 0),
  };
}

/** Dataset indices of the rows that a run with these options holds out, ascending. */
export function heldOutPlaces(
  rows: readonly EncodedRow[],
  options: Pick<TrainingOptions, "validationSplit" | "seed">,
): number[] {
  const { validation } = splitEncoded(rows, usableRows(rows), options);
  return [...new Set(validation.map((index) => datasetIndexOf(rows, index)))];
}

/** Splits rows. Answers to one prompt stay together, since a prompt that is trained on is not unseen. */
function splitEncoded(
  rows: readonly EncodedRow[],
  usable: readonly number[],
  { validationSplit, seed }: Pick<TrainingOptions, "validationSplit" | "seed">,
): Split {
  return splitRows(usable, validationSplit, seed, (index) => {
    const row = rows[index];
    if (!row?.answer && !row?.rejected) return index;
    return row.ids.subarray(0, row.supervised.indexOf(1)).join();
  });
}

function pairData(
  rows: readonly EncodedRow[],
  references: References,
  batchSize: number,
  sizesOf: (rows: readonly EncodedRow[]) => RowSizes,
): PairData {
  const sizes = rowSizes(rows);
  const batches = orderedBatches(rows, batchSize, batchLengths([...sizes]), sizes, references);
  return {
    references,
    rows,
    batches,
    shapes: batchShapes(allPlaces(batches), 2 * batchSize, sizesOf(rows)),
  };
}

function* allPlaces(list: BatchList): Generator<Place> {
  for (let index = 0; index < list.length; index++) yield { list, index };
}

/** Indices of rows with at least one label. */
function usableRows(rows: readonly EncodedRow[]): number[] {
  return rows.flatMap((row, index) => (row.excluded === null ? [index] : []));
}

/**
 * Samples rows by the seed so that they make up `mixShare` of the training rows, given `count` of the dataset's own;
 * all usable ones if there are fewer. Throws if there are none.
 */
function mixIn(
  rows: readonly EncodedRow[],
  count: number,
  { mixShare = 0, seed }: Pick<TrainingOptions, "mixShare" | "seed">,
): EncodedRow[] {
  const usable = usableRows(rows);
  if (usable.length === 0) throw new LuthierError({ code: "data/nothing-to-mix" }, { field: "mixShare" });
  const wanted = Math.max(1, Math.round((count * mixShare) / (1 - mixShare)));
  const drawn = makeRng(seed, 0x313)
    .shuffle([...usable])
    .slice(0, wanted);
  return drawn.sort((a, b) => a - b).flatMap((index) => rows[index] ?? []);
}

/** Rows of a validation file with at least one label. Throws if there are none. */
function usableFile(rows: readonly EncodedRow[]): EncodedRow[] {
  const usable = rows.filter(({ excluded }) => excluded === null);
  if (usable.length > 0) return usable;
  throw new LuthierError({ code: "data/nothing-to-validate" }, { field: "maxLength" });
}

/** The dataset index of an encoded row. */
function datasetIndexOf(rows: readonly EncodedRow[], index: number): number {
  return rows[index]?.row ?? index;
}

/** Dataset indices of held-out rows; a text of which any block is trained on is not held out. */
function heldOutRows(rows: readonly EncodedRow[], split: Split): number[] {
  const trained = new Set(rowsOf(rows, split.train));
  return rowsOf(rows, split.validation).filter((row) => !trained.has(row));
}

/** Dataset indices of encoded rows, each once. */
function rowsOf(rows: readonly EncodedRow[], indices: readonly number[]): number[] {
  return [...new Set(indices.map((index) => datasetIndexOf(rows, index)))];
}

/** A batch within an epoch's list. */
interface Place {
  readonly list: BatchList;
  readonly index: number;
}

/** Batch order of all epochs, each computed on demand. */
class Epochs {
  readonly lengths: readonly number[];
  /** Tokens per row; for a pair, those of the longer answer. */
  readonly sizes: Uint32Array;
  /** Tokens per row; for a pair, those of both answers. */
  readonly tokens: Uint32Array;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly #rows: readonly EncodedRow[];
  readonly #options: TrainingOptions;
  readonly #references: References | null;
  readonly #known = new Map<number, BatchList>();

  constructor(rows: readonly EncodedRow[], options: TrainingOptions, references: References | null) {
    this.#rows = rows;
    this.#options = options;
    this.#references = references;
    this.sizes = rowSizes(rows);
    this.tokens = references
      ? Uint32Array.from(rows, ({ ids, rejected }) => ids.length + (rejected?.ids.length ?? 0))
      : this.sizes;
    this.lengths = options.packing ? [options.maxLength] : batchLengths([...this.sizes]);
    this.stepsPerEpoch = Math.max(1, Math.ceil(this.#epoch(0).length / options.gradientAccumulation));
    const byEpochs = Math.max(1, Math.round(this.stepsPerEpoch * options.epochs));
    this.totalSteps = options.maxSteps > 0 ? Math.min(options.maxSteps, byEpochs) : byEpochs;
  }

  /** The batches of a step. An epoch that packs into fewer batches than the first repeats its last one. */
  places(step: number): Place[] {
    const { gradientAccumulation } = this.#options;
    const list = this.#epoch(Math.floor(step / this.stepsPerEpoch));
    const first = Math.min((step % this.stepsPerEpoch) * gradientAccumulation, list.length - 1);
    const end = Math.min(first + gradientAccumulation, list.length);
    return Array.from({ length: end - first }, (_, index) => ({ list, index: first + index }));
  }

  *allPlaces(): Generator<Place> {
    for (let step = 0; step < this.totalSteps; step++) yield* this.places(step);
  }

  runLengths(): { length: number; batches: number }[] {
    const list = this.#epoch(0);
    const counts = new Map<number, number>();
    for (let index = 0; index < list.length; index++) {
      const length = list.lengthAt(index);
      counts.set(length, (counts.get(length) ?? 0) + 1);
    }
    const epochs = this.totalSteps / this.stepsPerEpoch;
    return [...counts].map(([length, count]) => ({ length, batches: count * epochs }));
  }

  #epoch(epoch: number): BatchList {
    const known = this.#known.get(epoch);
    if (known) return known;
    // Keep two epochs, since steps are submitted ahead of the ones being reported.
    for (const old of [...this.#known.keys()].slice(0, -1)) this.#known.delete(old);
    const { seed, batchSize, packing, maxLength } = this.#options;
    const shape = { batchSize, packing, maxLength };
    const made = epochBatches(this.#rows, shape, this.lengths, seed, epoch, this.sizes, this.#references);
    this.#known.set(epoch, made);
    return made;
  }
}

function nothingToTrain(rows: readonly EncodedRow[]): LuthierError {
  return new LuthierError(
    { code: "data/nothing-to-train", first: rows[0]?.excluded ?? null },
    { field: "maxLength" },
  );
}

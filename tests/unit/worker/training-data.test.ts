import { describe, expect, test } from "vitest";
import type { Batch } from "../../../src/data/batch/batches";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import { describeModel } from "../../../src/engine/models/registry";
import { batchInputs, countLabels } from "../../../src/engine/train/batch-inputs";
import { makeRng } from "../../../src/lib/rng";
import { defaultValues } from "../../../src/shared/fields";
import { trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { heldOutPlaces, planTrainingData, type TrainingData } from "../../../src/worker/training-data";
import { readJson } from "../../support/golden";

const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;
const options = (changes: Partial<TrainingOptions>): TrainingOptions => ({ ...defaults, ...changes });
const virtual = { promptLength: 0, prefixLength: 0 };
const spec = describeModel(readJson("t5", "config.json"));

/** Rows of 4 to 99 tokens, some supervised, that count accesses to their tokens. */
function makeRows(count: number): { rows: EncodedRow[]; looks: () => number } {
  const rng = makeRng(count);
  let looks = 0;
  const rows = Array.from({ length: count }, (): EncodedRow => {
    const length = 4 + rng.integer(96);
    const prompt = 1 + rng.integer(length - 1);
    const ids = new Uint32Array(length);
    const supervised = Uint8Array.from({ length }, (_, i) => Number(i >= prompt));
    const looked = <T>(value: T): T => {
      looks++;
      return value;
    };
    return {
      get ids() {
        return looked(ids);
      },
      get supervised() {
        return looked(supervised);
      },
      fullLength: length,
      hasEnd: true,
      isEndCut: false,
      notes: NO_NOTES,
      excluded: null,
    };
  });
  return { rows, looks: () => looks };
}

test.each([{ packing: false }, { packing: true, maxLength: 256 }])(
  "planning visits each row a few times whatever the epochs, and few rows per step: %o",
  (changes) => {
    const count = 20_000;
    const { rows, looks } = makeRows(count);
    const data = planTrainingData(rows, options({ ...changes, epochs: 100, validationSplit: 0.1 }), virtual);
    // Once for its length and once for its labels.
    expect(looks()).toBeLessThanOrEqual(2 * count);
    expect(data.shapes.length).toBeLessThanOrEqual(6);
    const before = looks();
    const [batch] = data.batches(data.totalSteps - 1);
    const held = batch!.segments.flat().length;
    // For each row of the batch: its ids and its mask.
    expect(looks() - before).toBeLessThanOrEqual(2 * held);
    expect(data.tokens(data.totalSteps - 1)).toBe(
      batch!.segments.flat().reduce((sum, { length }) => sum + length, 0),
    );
    expect(looks() - before).toBeLessThanOrEqual(2 * held);
  },
);

describe.each([
  ["few rows, walked through", 300, 4],
  ["many rows, bounded", 20_000, 3],
])("shapes for %s", (_, count, epochs) => {
  test.each([
    { packing: false, promptLength: 0 },
    { packing: true, promptLength: 0 },
    { packing: false, promptLength: 5 },
  ])("hold every batch of the run: %o", ({ packing, promptLength }) => {
    const { rows } = makeRows(count);
    const tokens = { promptLength, prefixLength: 0 };
    const wanted = options({ packing, epochs, maxLength: 128, gradientAccumulation: 2 });
    const data = planTrainingData(rows, wanted, tokens);
    expect(data.shapes.length).toBeLessThanOrEqual(6);
    const steps =
      count > 1000 ? [0, 1, 500, data.totalSteps - 1] : Array.from({ length: data.totalSteps }).keys();
    for (const step of steps) {
      for (const batch of data.batches(step)) {
        const shape = data.shapes.find(({ length }) => length === batch.length);
        expect(shape, `a shape of length ${batch.length}`).toBeDefined();
        expect(shape!.rows).toBe(batch.rows);
        expect(countLabels(batch, tokens)).toBeLessThanOrEqual(shape!.labels);
      }
    }
    for (const batch of data.validation) {
      const shape = data.evaluationShapes.find(({ length }) => length === batch.length)!;
      expect(countLabels(batch, tokens)).toBeLessThanOrEqual(shape.labels);
    }
  });
});

test.each([
  ["few rows", 300],
  ["many rows", 20_000],
])("shapes have room for an encoder-decoder's prompts and answers: %s", (_, count) => {
  const { rows } = makeRows(count);
  const data = planTrainingData(rows, options({ epochs: 3, packing: false }), virtual, true);
  for (const step of [0, 1, data.totalSteps - 1]) {
    for (const batch of data.batches(step)) {
      const shape = data.shapes.find(({ length }) => length === batch.length)!;
      const { encoder_ids: read, input_ids: written } = batchInputs(batch, shape, virtual, spec);
      const { source, target } = shape.pair!;
      expect([read!.length, written!.length]).toEqual([batch.rows * source, batch.rows * target]);
      expect(Math.max(source, target)).toBeLessThanOrEqual(batch.length);
    }
  }
});

test("label slots match the fullest batch of a short run", () => {
  const { rows } = makeRows(300);
  const data = planTrainingData(rows, options({ epochs: 2 }), virtual);
  const most = new Map<number, number>();
  for (let step = 0; step < data.totalSteps; step++) {
    for (const batch of data.batches(step)) {
      most.set(batch.length, Math.max(most.get(batch.length) ?? 0, countLabels(batch, virtual)));
    }
  }
  const rounded = [...most].map(([length, labels]) => [length, Math.ceil(labels / 64) * 64]);
  expect(data.shapes.map(({ length, labels }) => [length, labels])).toEqual(
    rounded.sort(([a = 0], [b = 0]) => b - a),
  );
});

test("every step has a batch, even if packing gives an epoch one less", () => {
  const { rows } = makeRows(97);
  const data = planTrainingData(
    rows,
    options({ packing: true, maxLength: 128, batchSize: 1, epochs: 30, validationSplit: 0 }),
    virtual,
  );
  for (let step = 0; step < data.totalSteps; step++) expect(data.batches(step)).toHaveLength(1);
});

test("a validation file replaces held-out rows, and provides the sample prompt", () => {
  const { rows } = makeRows(50);
  const bad = { code: "data/nothing-to-learn" } as const;
  const own = makeRows(7).rows.map((row, index) => ({
    ...row,
    excluded: index === 0 ? bad : null,
    row: index + 3,
  }));
  const data = planTrainingData(rows, options({ validationSplit: 0.5 }), virtual, false, { validation: own });
  expect(data.trainRows).toBe(50);
  const measured = [...data.validation].flatMap(({ segments }) => segments.flat());
  expect(measured.map(({ length }) => length).sort()).toEqual(
    own
      .slice(1)
      .map(({ ids }) => ids.length)
      .sort(),
  );
  expect(data.sampleRow).toBe(4);
  expect(data.heldOut).toEqual([4, 5, 6, 7, 8, 9]);
  expect(() => planTrainingData(rows, options({}), virtual, false, { validation: own.slice(0, 1) })).toThrow(
    /No row of the validation file/,
  );
});

test("a text block's sample prompt is identified by the row it starts in", () => {
  const rows = makeRows(4).rows.map((row) => ({ ...row, row: 9 }));
  expect(planTrainingData(rows, options({ validationSplit: 0 }), virtual).sampleRow).toBe(9);
});

test("pairs of answers are batched side by side, with reference log-probabilities", () => {
  const { rows } = makeRows(40);
  const pairs = rows.map((row, index): EncodedRow => {
    const length = 3 + (index % 7);
    const supervised = Uint8Array.from({ length }, (_, i) => Number(i > 0));
    return { ...row, rejected: { ids: new Uint32Array(length).fill(index + 1), supervised } };
  });
  const data = planTrainingData(pairs, options({ batchSize: 4, packing: true, epochs: 1 }), virtual);
  const { references, rows: all, batches, shapes } = data.pairs!;
  all.forEach((row, index) => references.set(row, [index + 0.25, index + 0.5]));
  expect(all.length).toBe(40);
  const seen = new Set<number>();
  for (let step = 0; step < data.totalSteps; step++) {
    const [batch] = data.batches(step);
    const { ids, length } = batch!;
    expect(batch!.rows).toBe(8);
    for (let row = 0; row < batch!.rows; row += 2) {
      if (batch!.segments[row]!.length === 0) continue;
      const index = Math.floor(batch!.references![row]!);
      seen.add(index);
      expect([...batch!.references!.subarray(row, row + 2)]).toEqual([index + 0.25, index + 0.5]);
      const { rejected, ids: chosen } = all[index]!;
      expect(batch!.segments[row]).toEqual([{ start: 0, length: chosen.length }]);
      expect(batch!.segments[row + 1]).toEqual([{ start: 0, length: rejected!.ids.length }]);
      expect(ids[(row + 1) * length]).toBe(rejected!.ids[0]);
    }
    const shape = data.shapes.find((candidate) => candidate.length === length)!;
    expect(shape.rows).toBe(8);
    expect(countLabels(batch!, virtual)).toBeLessThanOrEqual(shape.labels);
  }
  expect(seen.size).toBe(data.trainRows);
  for (const batch of batches)
    expect(shapes.some(({ rows: of, length }) => of === batch.rows && length === batch.length)).toBe(true);
});

test("held-out rows follow from the split, excluded rows aside", () => {
  const excluded = { code: "data/nothing-to-learn" } as const;
  const rows = makeRows(40).rows.map((row, index) => ({
    ...row,
    excluded: index % 3 === 0 ? excluded : null,
    row: index,
  }));
  const { heldOut, trainRows } = planTrainingData(rows, options({ validationSplit: 0.25 }), virtual);
  expect(heldOut).toHaveLength(7);
  expect(trainRows).toBe(26 - 7);
  for (const row of heldOut) expect(row % 3).not.toBe(0);
});

test.each(["labelled answers", "pairs"])("%s of one prompt are on one side of the split", (kind) => {
  const answer = { ids: Uint32Array.of(8, 9), supervised: Uint8Array.of(1, 1) };
  const rows = Array.from({ length: 60 }, (_, index) => ({
    ids: Uint32Array.of(1, 10 + Math.floor(index / 3), 100 + index, 2),
    supervised: Uint8Array.of(0, 0, 1, 1),
    fullLength: 4,
    hasEnd: true,
    isEndCut: false,
    notes: NO_NOTES,
    excluded: null,
    ...(kind === "pairs" ? { rejected: answer } : { answer, good: index % 2 === 0 }),
  }));
  const { train, validationSet } = planTrainingData(rows, options({ validationSplit: 0.2 }), virtual);
  const prompts = ({ rows: some }: typeof train) => new Set(some.map(({ ids }) => ids[1]!));
  expect(validationSet.rows).toHaveLength(12);
  expect(prompts(train).size + prompts(validationSet).size).toBe(20);
  expect(heldOutPlaces(rows, { validationSplit: 0.2, seed: 42 })).toEqual(validationSet.numbers);
});

describe("rows mixed in", () => {
  const rowsOf = (list: Iterable<Batch>) =>
    [...list].flatMap(({ ids, supervised, segments, length: width }) =>
      segments.flatMap((parts, row) =>
        parts.map(({ start, length }) => {
          const at = row * width + start;
          return { id: ids[at]!, mask: [...supervised.subarray(at, at + length)] };
        }),
      ),
    );
  const marked = (count: number, first: number): EncodedRow[] =>
    Array.from({ length: count }, (_, index) => ({
      ids: Uint32Array.of(first + index, 1, 2),
      supervised: Uint8Array.of(0, 1, 1),
      fullLength: 3,
      hasEnd: true,
      isEndCut: false,
      notes: NO_NOTES,
      excluded: null,
    }));
  const base = { batchSize: 4, validationSplit: 0.2, epochs: 1, maxSteps: 0 };
  const trainedRows = (data: TrainingData) =>
    Array.from({ length: data.totalSteps }, (_, step) => rowsOf(data.batches(step))).flat();
  const trained = (data: TrainingData): number[] =>
    trainedRows(data)
      .map(({ id }) => id)
      .sort((a, b) => a - b);

  test("make up their share of an epoch, depend on the seed, and are not held out", () => {
    const [texts, chat] = [marked(100, 1000), marked(50, 5000)];
    const plan = (seed: number) =>
      planTrainingData(texts, options({ ...base, mixShare: 0.2, seed }), virtual, false, { mixed: chat });
    const data = plan(1);
    expect([data.trainRows, data.mixedRows]).toEqual([100, 20]);
    const ids = trained(data);
    expect(ids).toHaveLength(100);
    expect(new Set(ids).size).toBe(100);
    expect(ids.filter((id) => id >= 5000)).toHaveLength(20);
    expect(rowsOf(data.validation).every(({ id }) => id < 5000)).toBe(true);
    expect(data.heldOut).toHaveLength(20);
    expect(trained(plan(1))).toEqual(ids);
    expect(trained(plan(2)).filter((id) => id >= 5000)).not.toEqual(ids.filter((id) => id >= 5000));
  });

  test("keep their own masks", () => {
    const chat = marked(1, 5000).map((row) => ({ ...row, supervised: Uint8Array.of(0, 0, 1) }));
    const texts = marked(4, 1000).map((row) => ({ ...row, supervised: Uint8Array.of(1, 1, 1) }));
    const data = planTrainingData(
      texts,
      options({ ...base, validationSplit: 0, mixShare: 0.2 }),
      virtual,
      false,
      {
        mixed: chat,
      },
    );
    const rows = trainedRows(data);
    expect(rows.filter(({ id }) => id === 5000).map(({ mask }) => mask)).toEqual([[0, 0, 1]]);
    expect(rows.filter(({ id }) => id < 5000).map(({ mask }) => mask)).toEqual(Array(4).fill([1, 1, 1]));
  });

  test("are capped at all rows, and refused if none is usable", () => {
    const few = planTrainingData(marked(80, 1000), options({ ...base, mixShare: 0.5 }), virtual, false, {
      mixed: marked(3, 5000),
    });
    expect([few.trainRows, few.mixedRows]).toEqual([67, 3]);
    const bad = marked(2, 5000).map((row) => ({
      ...row,
      excluded: { code: "data/nothing-to-learn" } as const,
    }));
    expect(() =>
      planTrainingData(marked(8, 1000), options({ mixShare: 0.5 }), virtual, false, { mixed: bad }),
    ).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: "data/nothing-to-mix" }) }));
  });
});

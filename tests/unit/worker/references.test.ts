import { beforeEach, describe, expect, test, vi } from "vitest";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import type { TrainingBatch } from "../../../src/engine/train/batch-inputs";
import type { LogLine } from "../../../src/protocol/log";
import { defaultValues } from "../../../src/shared/fields";
import type { ObjectiveId } from "../../../src/shared/objectives";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { prepareReferences } from "../../../src/worker/references";
import { planTrainingData } from "../../../src/worker/training-data";

/** Passes made, and batches they computed. */
let passes = 0;
let computed = 0;
vi.mock("../../../src/engine/train/reference-pass", () => ({
  ReferencePass: {
    create: () => {
      passes++;
      const logProbabilities = ({ rows, length, ids }: TrainingBatch) => {
        computed++;
        // The last token stands for a row's log-probability.
        return Promise.resolve(
          Float32Array.from({ length: rows }, (_, row) => -(ids[row * length + 2] ?? 0)),
        );
      };
      return Promise.resolve({ logProbabilities, destroy: () => undefined });
    },
  },
}));

const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;
const options = { ...defaults, batchSize: 4, validationSplit: 0.2, maxLength: 64 };

function answer(...ids: number[]): Pick<EncodedRow, "ids" | "supervised"> {
  return { ids: Uint32Array.from(ids), supervised: Uint8Array.from(ids, (_, i) => Number(i === 2)) };
}

function pairs(count = 20): EncodedRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...answer(1, 2, 10 + index),
    rejected: answer(1, 2, 50 + index),
    fullLength: 3,
    hasEnd: true,
    isEndCut: false,
    notes: NO_NOTES,
    excluded: null,
  }));
}

const plan = (rows = pairs()) => planTrainingData(rows, options, { promptLength: 0, prefixLength: 0 });
type Request = Parameters<typeof prepareReferences>[0];

/** Asks for the references of `data`, and returns them with what was logged. */
async function prepare(
  data: ReturnType<typeof plan>,
  {
    id = "dpo",
    kept,
    modelId = "m",
    continueFrom = null,
    dtypes = ["F16"],
    signal = new AbortController().signal,
  }: {
    id?: ObjectiveId;
    kept?: Request["kept"];
    modelId?: string;
    continueFrom?: string | null;
    dtypes?: readonly string[];
    signal?: AbortSignal;
  } = {},
) {
  const lines: LogLine[] = [];
  const tensors = new Map(dtypes.map((dtype) => [dtype, { dtype }]));
  const config = { objective: { id, options: {} }, modelId, continueFrom } as unknown as RunConfig;
  const references = await prepareReferences({
    session: { model: { engine: { tensors } } } as unknown as Request["session"],
    setup: { config, data },
    kept,
    start: () => Promise.resolve(null),
    tell: (line) => lines.push(line),
    signal,
  });
  return { references, lines };
}

beforeEach(() => {
  passes = 0;
  computed = 0;
});

describe("log-probabilities before training", () => {
  test("are computed once per pair, held-out ones included, with progress", async () => {
    const data = plan();
    const { references, lines } = await prepare(data);
    expect([passes, computed]).toEqual([1, 5]);
    expect(lines.map((line) => (line.kind === "compared" ? line.done : line.kind))).toEqual([
      "comparing",
      ...[8, 12, 16, 20],
    ]);
    expect(references?.values.length).toBe(2 * 20);
    for (const batch of [...data.validation, ...data.batches(0)]) {
      const last = (row: number): number => batch.ids[row * batch.length + 2]!;
      const expected = Array.from(batch.references!, (_, row) => -last(row) || 0);
      expect([...batch.references!].map((value) => value || 0)).toEqual(expected);
    }
  });

  test("are reused from an interrupted run of the same model and tokens", async () => {
    const { references } = await prepare(plan());
    const resumed = plan();
    passes = 0;
    expect((await prepare(resumed, { kept: references })).references).toBe(references);
    expect(passes).toBe(0);
    expect(resumed.batches(0)[0]!.references!.some((value) => value < 0)).toBe(true);
  });

  test.each<[string, () => EncodedRow[], { modelId?: string; continueFrom?: string; dtypes?: string[] }]>([
    ["another dataset", () => pairs(21), {}],
    [
      "another template, that is, other tokens",
      () => pairs().map((row) => ({ ...row, ...answer(7, 2, 9) })),
      {},
    ],
    [
      "another maximum length",
      () => pairs().map((row) => ({ ...row, ids: row.ids.slice(0, 2), supervised: Uint8Array.of(0, 1) })),
      {},
    ],
    ["another rejected answer", () => pairs().map((row) => ({ ...row, rejected: answer(1, 2, 9) })), {}],
    ["another model", pairs, { modelId: "other" }],
    ["the model loaded in NF4", pairs, { dtypes: ["F16", "NF4_DOUBLE"] }],
    ["another adapter to continue", pairs, { continueFrom: "adapter" }],
  ])("are computed anew for %s", async (_, rows, changes) => {
    const { references } = await prepare(plan());
    passes = 0;
    const again = await prepare(plan(rows()), { kept: references, ...changes });
    expect(passes).toBe(1);
    expect(again.references?.tokens).not.toBe(references?.tokens);
  });

  test.each<ObjectiveId>(["orpo", "simpo", "cpo"])("are not needed by %s", async (id) => {
    expect((await prepare(plan(), { id })).references).toBeUndefined();
    expect(passes).toBe(0);
  });

  test("are not stored if cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    expect((await prepare(plan(), { signal: controller.signal })).references).toBeUndefined();
    expect(computed).toBe(0);
  });
});

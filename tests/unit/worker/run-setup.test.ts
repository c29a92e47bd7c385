import { describe, expect, test } from "vitest";
import type { EncodedRow } from "../../../src/data/encode/encode-row";
import { NO_NOTES } from "../../../src/data/shape/rendering";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights } from "../../../src/engine/train/memory";
import { LIKELIHOOD_ONLY } from "../../../src/engine/train/training-batch";
import type { Tuning } from "../../../src/engine/graph/op";
import type { LoadedModel } from "../../../src/engine/models/loaded-model";
import { LuthierError } from "../../../src/lib/errors";
import { defaultValues } from "../../../src/shared/fields";
import { type MethodId, methodSpecs } from "../../../src/shared/methods";
import { type ObjectiveId, objectiveSpecs } from "../../../src/shared/objectives";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { EncodedRows } from "../../../src/worker/encoded-rows";
import { forecastTraining } from "../../../src/worker/forecast";
import type { AdapterHost } from "../../../src/worker/kept-adapter";
import { setUpRun } from "../../../src/worker/run-setup";
import { readJson } from "../../support/golden";

const tuning: Tuning = { software: true, has: () => false, choice: () => null };
const limits = { maxBindingBytes: 1e9 };
const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;

function hostOf(family: string): AdapterHost {
  const spec = describeModel(readJson(family, "config.json"));
  const weights = declaredWeights(spec, () => "F32", limits.maxBindingBytes);
  const tensors = { get: () => ({ dtype: "F32" }) };
  const engine = { spec, weights, tensors, maxPositions: 64, tuning, gpu: { info: limits } };
  return { model: { engine: engine as unknown as LoadedModel } } as AdapterHost;
}

function row(length: number, rest: Partial<EncodedRow> = {}): EncodedRow {
  const ids = new Uint32Array(length).fill(1);
  const supervised = Uint8Array.from(ids, (_, i) => Number(i >= 4));
  return {
    ids,
    supervised,
    fullLength: length,
    hasEnd: true,
    isEndCut: false,
    notes: NO_NOTES,
    excluded: null,
    ...rest,
  };
}

const answer = (length: number) => ({
  ids: new Uint32Array(length),
  supervised: new Uint8Array(length).fill(1),
});
const single = Array.from({ length: 24 }, () => row(20));
const pairs = Array.from({ length: 24 }, () => row(20, { rejected: row(30) }));
const labelled = Array.from({ length: 24 }, (_, index) =>
  row(20, { good: index % 3 === 0, answer: answer(26) }),
);

/** What was asked of the encoder. */
let asked: unknown[] = [];
class Rows extends EncodedRows {
  constructor(private readonly rows: EncodedRow[]) {
    super(() => {
      throw new Error("rows are given");
    });
  }

  override get(...[key]: Parameters<EncodedRows["get"]>): Promise<EncodedRow[]> {
    asked.push(key.compares);
    return Promise.resolve(this.rows);
  }
}

function configOf(
  id: ObjectiveId | null,
  { method = "lora", ...training }: Partial<TrainingOptions> & { method?: MethodId } = {},
): RunConfig {
  return {
    datasetId: "d",
    modelId: "m",
    templateId: "chat",
    method: { id: method, options: defaultValues(methodSpecs[method].fields) },
    training: { ...defaults, ...training },
    objective: id && { id, options: defaultValues(objectiveSpecs[id].fields) },
    continueFrom: null,
  };
}

const setUp = (family: string, rows: EncodedRow[], config: RunConfig) =>
  setUpRun(hostOf(family), new Rows(rows), config);

async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (!(error instanceof LuthierError)) throw new Error("not refused");
  return { code: error.problem.code, field: error.field };
}

describe("preference objectives", () => {
  test.each<[ObjectiveId | null, EncodedRow[], unknown]>([
    [null, single, null],
    ["dpo", pairs, "pairs"],
    ["kto", labelled, "labels"],
  ])("%s asks for rows that it can compare", async (id, rows, compares) => {
    asked = [];
    await setUp("llama", rows, configOf(id));
    expect(asked).toEqual([compares]);
  });

  test("support encoder-decoders, without packing and base dropout", async () => {
    const { training, data } = await setUp(
      "t5",
      pairs,
      configOf("dpo", { packing: true, baseModelDropout: true }),
    );
    expect([training.packing, training.baseModelDropout]).toEqual([false, false]);
    // A pair is two rows, and the decoder reads the longer answer.
    expect(data.shapes[0]).toMatchObject({ rows: 2 * training.batchSize, pair: { source: 8, target: 32 } });
  });

  test("supervise the chosen answer's prompt with ORPO on decoder-only models only", async () => {
    const marks = async (family: string, id: ObjectiveId) =>
      (await setUp(family, pairs, configOf(id))).rows[0]!;
    const { supervised, rejected } = await marks("llama", "orpo");
    expect([...supervised.subarray(0, 6)]).toEqual([...Array<number>(4).fill(LIKELIHOOD_ONLY), 1, 1]);
    expect([...rejected!.supervised.subarray(0, 6)]).toEqual([0, 0, 0, 0, 1, 1]);
    expect((await marks("t5", "orpo")).supervised[0]).toBe(0);
    expect((await marks("llama", "cpo")).supervised[0]).toBe(0);
  });

  test("pair each answer with a mismatched one for KTO, and need more than one row", async () => {
    const { data } = await setUp("llama", labelled, configOf("kto", { validationSplit: 0 }));
    const [batch] = data.batches(0);
    expect(batch!.rows).toBe(16);
    expect(batch!.segments.map(([text]) => text!.length)).toEqual(
      Array.from({ length: 16 }, (_, i) => (i % 2 ? 30 : 20)),
    );
    expect(batch!.good!.length).toBe(8);
    expect(await refusal(setUp("llama", labelled, configOf("kto", { batchSize: 1 })))).toEqual({
      code: "config/labels-need-batch",
      field: "batchSize",
    });
  });

  test("refuse a method that scores weights on single texts", async () => {
    expect(await refusal(setUp("llama", pairs, configOf("dpo", { method: "fishmask" })))).toEqual({
      code: "config/preferences-without-selection",
      field: "objective",
    });
  });

  test("are part of the forecast and of the suggested changes", async () => {
    const forecast = (id: ObjectiveId | null, rows: EncodedRow[], batchSize: number) =>
      forecastTraining(
        hostOf("llama"),
        new Rows(rows),
        { config: configOf(id, { batchSize }), budgetBytes: 1, otherBytes: 0 },
        new AbortController().signal,
      );
    const [answers, pairsOfThem] = [await forecast(null, single, 16), await forecast("dpo", pairs, 16)];
    expect(pairsOfThem.memory.activations).toBeGreaterThan(1.7 * answers.memory.activations);
    expect(pairsOfThem.flops).toBeGreaterThan(1.7 * answers.flops);
    const [dpo, kto] = [await forecast("dpo", pairs, 2), await forecast("kto", labelled, 2)];
    const smaller = (changes: typeof dpo.changes) => changes.some(({ options }) => options.batchSize === 1);
    expect([smaller(dpo.changes), smaller(kto.changes)]).toEqual([true, false]);
  });
});

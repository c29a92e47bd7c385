import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { countLabels, type PairBatch } from "../../src/engine/train/batch-inputs";
import { bindObjective } from "../../src/engine/train/objectives";
import { ReferencePass } from "../../src/engine/train/reference-pass";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import type { FieldValues } from "../../src/shared/fields";
import type { ObjectiveId } from "../../src/shared/objectives";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenBatches,
  goldenRoot,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
  under,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { trainSteps } from "../support/train-steps";

const TOLERANCE = 1e-4;

interface PreferenceGolden {
  readonly family: string;
  readonly case: string;
  readonly objective: ObjectiveId;
  readonly options: FieldValues;
  readonly learning_rate: number;
  readonly weight_decay: number;
  readonly steps: number;
}

const goldens = readdirSync(join(goldenRoot, "preferences"))
  .filter((file) => file.endsWith(".json"))
  .map((file) => readJson<PreferenceGolden>("preferences", file));
const families = [...new Set(goldens.map(({ family }) => family))];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

describe.each(families)("%s learns preferences as TRL does", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(goldens.filter((golden) => golden.family === family))(
    "$case, $objective: log-probabilities, gradients, ten losses and rewards",
    async (golden) => {
      const { case: name, objective, options } = golden;
      const tensors = await readTensors("preferences", `${family}-${name}-${objective}.safetensors`);
      const adapter = bindCase(model, family, name);
      const state = goldenState(gpu, adapter, await readTensors(family, name, "golden.safetensors"));
      const [ids, mask, answers] = ["input_ids", "attention_mask", "answers"].map((key) => tensors.get(key)!);
      const labels = { ...answers!, data: answers!.data.map((one) => (one === 1 ? 1 : -100)) };
      const rows = new Map([
        ["input_ids", ids!],
        ["attention_mask", mask!],
        ["labels", labels],
      ]);
      const texts = goldenBatches(rows);
      const perBatch = texts[0]!.rows;
      const shape = {
        rows: perBatch,
        length: texts[0]!.length,
        labels: 64 * Math.ceil(Math.max(...texts.map((batch) => countLabels(batch, adapter))) / 64),
      };
      const logs = async (own: typeof state | null): Promise<Float32Array<ArrayBuffer>[]> => {
        const pass = await ReferencePass.create(model, own, [shape]);
        const found: Float32Array<ArrayBuffer>[] = [];
        for (const batch of texts) found.push(await pass.logProbabilities(batch));
        pass.destroy();
        return found;
      };
      const references = await logs(null);
      const flat = (parts: Float32Array[]): number[] => parts.flatMap((part) => [...part]);
      expectClose(flat(references), tensors.get("references")!.data, TOLERANCE, "reference");
      expectClose(flat(await logs(state)), tensors.get("log_probs")!.data, TOLERANCE, "log-probabilities");

      const batches = texts.map((batch, index): PairBatch => ({ ...batch, references: references[index]! }));
      const bound = bindObjective({ id: objective, options });
      const trainer = await Trainer.create(model, state, {
        shapes: [shape],
        evaluationShapes: [shape],
        weightDecay: golden.weight_decay,
        maxGradNorm: 0,
        objective: bound,
        ...adamDefaults,
      });
      const before = await trainer.evaluate(batches);
      const metrics = await trainSteps(trainer, batches, golden.steps, golden.learning_rate);
      expectClose([before.loss], [metrics[0]!.loss], 1e-6, "validation loss");
      const losses = metrics.map(({ loss }) => loss);
      expectClose(losses, tensors.get("losses")!.data, TOLERANCE, "losses");
      const expected = tensors.get("measures")!.data;
      const measures = metrics.flatMap(({ preference: measured }, step) => {
        const { chosenReward, rejectedReward, accuracy } = measured!;
        // Before the first step of full fine-tuning policy and reference are one, and rounding decides.
        const isTie = Math.abs(expected[3 * step]! - expected[3 * step + 1]!) < 1e-6;
        return [chosenReward, rejectedReward, isTie ? expected[3 * step + 2]! : accuracy];
      });
      expectClose(measures, expected, TOLERANCE, "rewards and accuracy");
      trainer.destroy();

      state.write(under(await readTensors(family, name, "golden.safetensors"), "init"));
      const { m } = await firstMoments();
      for (const [parameter, gradient] of under(tensors, "grad"))
        expectClose(m.get(parameter)!.data, gradient.data, TOLERANCE, `gradient of ${parameter}`);
      state.destroy();

      /** The gradient of both micro-batches is the first moment of a step whose beta1 is 0. */
      async function firstMoments() {
        const first = await Trainer.create(model, state, {
          shapes: [shape],
          evaluationShapes: [],
          weightDecay: 0,
          maxGradNorm: 0,
          objective: bound,
          ...adamDefaults,
          beta1: 0,
        });
        await trainSteps(first, batches, 1, 0);
        const moments = await first.moments();
        first.destroy();
        return moments;
      }
    },
  );
});

test("goldens cover every objective", () => {
  expect(new Set(goldens.map(({ objective }) => objective)).size).toBe(6);
});

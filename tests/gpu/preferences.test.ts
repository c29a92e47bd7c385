import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import type { PairBatch, TrainingBatch } from "../../src/engine/train/batch-inputs";
import { bindObjective } from "../../src/engine/train/objectives";
import { ReferencePass } from "../../src/engine/train/reference-pass";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { methods } from "../../src/engine/adapters/registry";
import { LIKELIHOOD_ONLY } from "../../src/engine/train/training-batch";
import { defaultValues } from "../../src/shared/fields";
import { methodSpecs } from "../../src/shared/methods";
import type { FieldValues } from "../../src/shared/fields";
import { OBJECTIVE_IDS, type ObjectiveId } from "../../src/shared/objectives";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenBatches,
  goldenRoot,
  goldenState,
  loadGoldenModel,
  readTensors,
  readTensorsOf,
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

/** The committed goldens, or those that CI makes. */
const folder = process.env.LUTHIER_PREFERENCES ?? join(goldenRoot, "preferences");

const goldens = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "truncation.json")
  .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as PreferenceGolden);
const families = [...new Set(goldens.map(({ family }) => family))];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

describe.each(families)("%s trains on preferences as TRL does", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(goldens.filter((golden) => golden.family === family))(
    "$case, $objective: log-probabilities, gradients, ten losses and rewards",
    async (golden) => {
      const { case: name, objective, options } = golden;
      const tensors = await readTensorsOf(join(folder, `${family}-${name}-${objective}.safetensors`));
      const isCommitted = existsSync(join(goldenRoot, family, name));
      const adapter = isCommitted
        ? bindCase(model, family, name)
        : methods[name as "full"].bind(defaultValues(methodSpecs[name as "full"].fields), model.spec);
      const start = isCommitted ? await readTensors(family, name, "golden.safetensors") : tensors;
      const state = goldenState(gpu, adapter, start);
      const [ids, mask, answers] = ["input_ids", "attention_mask", "answers"].map((key) => tensors.get(key)!);
      const labels = { ...answers!, data: answers!.data.map((one) => (one === 1 ? 1 : -100)) };
      const rows = new Map([
        ["input_ids", ids!],
        ["attention_mask", mask!],
        ["labels", labels],
      ]);
      const bound = bindObjective({ id: objective, options });
      const texts = goldenBatches(rows);
      const perBatch = texts[0]!.rows;
      const shape = {
        rows: perBatch,
        length: texts[0]!.length,
        labels: 64 * Math.ceil((perBatch * texts[0]!.length) / 64),
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

      const good = tensors.get("good")?.data;
      const learnsPrompt = bound.compares === "pairs" && bound.learnsPrompt && !model.spec.encoder;
      const batches = texts.map((batch, index): PairBatch => {
        const pairs = perBatch / 2;
        return {
          ...batch,
          references: references[index]!,
          ...(good && { good: Uint32Array.from(good.subarray(index * pairs, (index + 1) * pairs)) }),
          ...(learnsPrompt && { supervised: withPrompts(batch) }),
        };
      });
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
        return [chosenReward!, rejectedReward!, isTie ? expected[3 * step + 2]! : accuracy];
      });
      // KTO's trainer measures no accuracy.
      const compared = (values: ArrayLike<number>) =>
        Array.from(values).filter((_, at) => objective !== "kto" || at % 3 < 2);
      expectClose(compared(measures), compared(expected), TOLERANCE, "rewards and accuracy");
      trainer.destroy();

      state.write(under(start, "init"));
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

/** The supervision where an objective's likelihood counts the chosen answer's prompt. */
function withPrompts({ rows, length, supervised, segments }: TrainingBatch): Uint8Array {
  return supervised.map((mark, place) => {
    const row = Math.floor(place / length);
    const isText = place % length < (segments[row]?.[0]?.length ?? 0);
    return row < rows && row % 2 === 0 && isText && mark === 0 ? LIKELIHOOD_ONLY : mark;
  });
}

test("goldens cover every objective", () => {
  expect(new Set(goldens.map(({ objective }) => objective))).toEqual(new Set(OBJECTIVE_IDS));
});

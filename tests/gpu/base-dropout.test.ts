import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { makeRng } from "../../src/lib/rng";
import { baseAdapter } from "../support/base-adapter";
import { allCases } from "../support/cases";
import { goldenRoot, readJson } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { makeTrainingPass, type TrainingPass } from "../support/gradients";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** Golden models with dropout, and transformers' loss over many samples. */
interface Goldens {
  readonly ids: readonly number[];
  /** Number of ids the encoder reads; the decoder generates the others. */
  readonly prompt: number;
  readonly draws: number;
  readonly cases: readonly {
    readonly family: string;
    readonly change: Readonly<Record<string, number>>;
    readonly mean: number;
    readonly deviation: number;
  }[];
}

const { ids, prompt, draws, cases } = readJson<Goldens>("dropout.json");
const DRAWS = 160;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

/** One of each way in which a family applies dropout; CI computes the others too. */
const chosen = cases.filter(
  ({ family, change }) =>
    allCases || ["opt", "t5"].includes(family) || "attention_dropout" in change || change.attn_pdrop,
);
const named = chosen.map((one) => [`${one.family} with ${JSON.stringify(one.change)}`, one] as const);

describe.each(named)("%s", (_, { family, change, mean, deviation }) => {
  let model: LoadedModel;
  let state: AdapterState;
  let values: ReadonlyMap<string, HostTensor>;
  let batch: TrainingBatch;
  beforeAll(async () => {
    const file = bytesSource(
      "model.safetensors",
      readFileSync(join(goldenRoot, family, "model.safetensors")),
    );
    const files = [...(await openWeights([file]))].map(
      ([name, tensor]) => [name, safetensorsTensor(tensor)] as const,
    );
    const config = { ...readJson<object>(family, "config.json"), ...change };
    model = await loadModel(config, new Map(files), {
      gpu,
      pipelines: pipelinesOf(gpu),
      tuning: fixedTuning(gpu),
    });
    const adapter = methods.lora.bind({}, model.spec);
    values = await initialValues(
      adapter,
      initContext(model.tensors, makeRng(1), () => []),
    );
    state = AdapterState.of(gpu, adapter, values);
    const splits = model.spec.encoder !== undefined;
    batch = {
      rows: 1,
      length: ids.length,
      ids: Uint32Array.from(ids),
      supervised: Uint8Array.from(ids, (__, at) => (at >= (splits ? prompt : 1) ? 1 : 0)),
      segments: [[{ start: 0, length: ids.length }]],
    };
  });
  afterAll(() => {
    state.destroy();
    model.weights.destroy();
  });

  async function withPass<T>(
    options: { baseDropout?: boolean; recompute?: boolean },
    work: (pass: TrainingPass) => Promise<T>,
    adapted = state,
  ): Promise<T> {
    const pass = await makeTrainingPass(model, adapted, batch, options);
    try {
      return await work(pass);
    } finally {
      pass.destroy();
    }
  }

  test("drops as much as transformers does, by mean and spread of the loss", async () => {
    // Without anything to train there is no backward pass, and a LoRA that has not trained changes no loss.
    const alone = new AdapterState(gpu, baseAdapter);
    const draw = async (pass: TrainingPass): Promise<number[]> => {
      const all: number[] = [];
      for (let seed = 0; seed < DRAWS; seed++) all.push((await pass.run(7919 * seed + 1)).loss);
      return all;
    };
    const losses = await withPass({ baseDropout: true }, draw, alone);
    alone.destroy();
    const ours = losses.reduce((sum, loss) => sum + loss, 0) / DRAWS;
    const spread = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - ours) ** 2, 0) / (DRAWS - 1));
    const error = deviation * Math.sqrt(1 / DRAWS + 1 / draws);
    expect(Math.abs(ours - mean) / error).toBeLessThan(4);
    expect(Math.abs(Math.log(spread / deviation))).toBeLessThan(0.2);
  });

  test("has no effect when off, whatever the seed", async () => {
    await withPass({}, async (pass) => {
      const [first, second] = [await pass.run(1), await pass.run(2)];
      expect(second).toEqual(first);
    });
  });

  test("gives gradients that match the loss under the same seed, with and without recomputation", async () => {
    const kept = await withPass({ baseDropout: true }, async (pass) => {
      const at = await pass.run(5);
      const size = Math.sqrt(
        [...at.gradients.values()].reduce((sum, { data }) => sum + data.reduce((s, x) => s + x * x, 0), 0),
      );
      const step = 5e-3;
      const moved = async (by: number): Promise<number> => {
        const shifted = [...values].map(([name, { shape, data }]) => {
          const slope = at.gradients.get(name)!.data;
          return [name, { shape, data: data.map((x, i) => x + (by * slope[i]!) / size) }] as const;
        });
        state.write(new Map(shifted));
        const { loss } = await pass.run(5);
        state.write(values);
        return loss;
      };
      const difference = async (by: number): Promise<number> => (await moved(by)) - (await moved(-by));
      // Combining two step widths cancels error terms below the fourth power of the step.
      const slope = (8 * (await difference(step)) - (await difference(2 * step))) / (12 * step);
      expect(Math.abs(slope / size - 1)).toBeLessThan(1e-2);
      return at;
    });
    const again = await withPass({ baseDropout: true, recompute: true }, (pass) => pass.run(5));
    expect(again).toEqual(kept);
  });
});

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { noAdapter } from "../../../src/engine/nn/hooks";
import { methods } from "../../../src/engine/adapters/registry";
import { planEncode, planPass } from "../../../src/engine/generate/plans";
import { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import type { Tuning } from "../../../src/engine/graph/op";
import type { Plan } from "../../../src/engine/graph/plan";
import { headWeightName, parameterCount } from "../../../src/engine/nn/model-spec";
import type { ModelShape } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights } from "../../../src/engine/train/memory";
import { planBatch } from "../../../src/engine/train/plans";
import { createNullGpu } from "../../support/gpu";

/** The architecture keys of published config.json files, with each model's stated parameter count. */
const published = JSON.parse(
  readFileSync(new URL("../../support/published-models.json", import.meta.url), "utf8"),
) as Record<string, { readonly parameters: number; readonly config: Record<string, unknown> }>;

/** WebGPU's guaranteed limits: bytes per binding, and workgroups along each axis of a dispatch. */
const BINDING_BYTES = 128 * 2 ** 20;
const WORKGROUPS = 65535;

let pipelines: PipelineCache;
let features: ReadonlySet<string>;
beforeAll(async () => {
  const gpu = await Gpu.open(createNullGpu());
  pipelines = new PipelineCache(gpu);
  features = gpu.device.features;
});

const tunings: Readonly<Record<string, Tuning>> = {
  "a GPU": { software: false, has: (feature) => features.has(feature), choice: () => null },
  "a GPU without subgroups": { software: false, has: () => false, choice: () => null },
  "a software GPU": { software: true, has: (feature) => features.has(feature), choice: () => null },
};

function shapeOf(name: string, tuning: Tuning): ModelShape {
  const spec = describeModel(published[name]!.config);
  return { spec, tuning, weights: declaredWeights(spec, () => "BF16", BINDING_BYTES) };
}

/** Checks that every kernel compiles, and every dispatch and binding stays within the guaranteed limits. */
async function expectFits(plan: Plan): Promise<void> {
  for (const { label, call, operands } of plan.calls) {
    expect(Math.max(...call.grid), label).toBeLessThanOrEqual(WORKGROUPS);
    for (const operand of operands)
      if (operand.type !== "weight") expect(operand.sizeBytes, label).toBeLessThanOrEqual(BINDING_BYTES);
    await pipelines.get(call.kernel);
  }
}

describe.each(Object.keys(published))("%s", (name) => {
  test("has the published number of parameters", () => {
    expect(parameterCount(describeModel(published[name]!.config))).toBe(published[name]!.parameters);
  });

  test("has a head in shards that each fit a binding", () => {
    const { spec, weights } = shapeOf(name, tunings["a GPU"]!);
    const { rows, columns, shards } = weights.matrix(headWeightName(spec));
    expect([rows, columns]).toEqual([spec.vocabularySize, spec.embeddingSize]);
    expect(shards.length).toBe(Math.ceil((rows * columns * 2) / BINDING_BYTES));
    expect(shards.reduce((sum, shard) => sum + shard.rows, 0)).toBe(rows);
  });

  test.each(Object.keys(tunings))("trains and answers on %s", async (device) => {
    const model = shapeOf(name, tunings[device]!);
    const adapter = methods.lora.bind({ r: 8, target_modules: "all-linear" }, model.spec);
    const { length } = layOutParameters(adapter);
    const shape = { rows: 1, length: 512, labels: 512 };
    await expectFits(planBatch(model, { adapter, length }, shape, "train"));
    await expectFits(planPass(model, () => noAdapter, 1, 1024));
    if (model.spec.encoder) await expectFits(planEncode(model, () => noAdapter, 512, 1024));
  });
});

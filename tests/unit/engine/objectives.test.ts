import { expect, test } from "vitest";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights } from "../../../src/engine/train/memory";
import { bindObjective } from "../../../src/engine/train/objectives";
import { planBatch } from "../../../src/engine/train/plans";
import { METHOD_IDS } from "../../../src/shared/methods";
import type { ObjectiveId } from "../../../src/shared/objectives";
import { contractTerms } from "../../support/contract";
import { expertConfigs } from "../../support/experts";
import { goldenFamilies, readJson } from "../../support/golden";
import { createNullGpu } from "../../support/gpu";
import { Gpu } from "../../../src/engine/gpu/device";
import { fixedTuning } from "../../support/run-graph";

/** A training pass over pairs can be planned for a method on a family. */
async function plan(
  family: string,
  id: (typeof METHOD_IDS)[number],
  objective: ObjectiveId,
): Promise<boolean> {
  const spec = describeModel(readJson(family, "config.json"));
  const terms = contractTerms[id].find(({ families }) => families?.includes(family) ?? true);
  if (!terms || terms.refusedOn?.(spec)) return false;
  const adapter = methods[id].bind(terms.options, spec, expertConfigs(spec, terms.experts));
  // Refused with a sentence when a run is set up.
  if (adapter.selection?.samples) return false;
  const model = { spec, tuning: await tuning, weights: declaredWeights(spec, () => "F32", 2 ** 27) };
  const state = { adapter, length: layOutParameters(adapter).length };
  const shape = { rows: 4, length: 16, labels: 64 };
  const options = { objective: bindObjective({ id: objective, options: {} }) };
  expect(planBatch(model, state, shape, "train", options).flops).toBeGreaterThan(0);
  return true;
}

const tuning = Gpu.open(createNullGpu()).then(fixedTuning);

test.each(["llama_tied", "gpt2", "t5"])(
  "every method that scores no single texts plans pairs on %s",
  async (family) => {
    let planned = 0;
    for (const id of METHOD_IDS)
      for (const objective of ["dpo", "kto"] as const) planned += Number(await plan(family, id, objective));
    expect(planned).toBeGreaterThan(METHOD_IDS.length);
  },
);

test("every family plans every objective", async () => {
  for (const family of goldenFamilies())
    for (const objective of ["dpo", "orpo", "kto"] as const)
      expect(await plan(family, "lora", objective), `${family}, ${objective}`).toBe(true);
});

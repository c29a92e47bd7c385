import { initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import type { ModelSpec } from "../../src/engine/nn/model-spec";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { makeRng } from "../../src/lib/rng";
import type { Expert, MethodChoice } from "../../src/shared/methods";

/** An expert adapter with its tensors, by file name. */
export interface TestExpert extends Expert {
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Expert configurations without tensors, as required for binding a method. */
export function expertConfigs(spec: ModelSpec, choices: readonly MethodChoice[] = []): Expert[] {
  return choices.map(({ id, options }, index) => ({
    name: `${id} ${index}`,
    config: methods[id].bind(options, spec).config,
  }));
}

/** Experts with random values, as if trained. */
export async function makeExperts(
  model: Pick<LoadedModel, "spec" | "tensors">,
  choices: readonly MethodChoice[] = [],
): Promise<TestExpert[]> {
  const experts: TestExpert[] = [];
  for (const [index, { id, options }] of choices.entries()) {
    const adapter = methods[id].bind(options, model.spec);
    const random = makeRng(index, 7);
    const values = await initialValues(
      adapter,
      initContext(model.tensors, random, () => [1]),
    );
    for (const { data } of values.values()) data.forEach((_, i) => (data[i] = 0.2 * random.normal()));
    const tensors = adapter.exportTensors(values);
    experts.push({ name: `${id} ${index}`, config: adapter.config, tensors });
  }
  return experts;
}

import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../../../src/engine/adapters/common/method";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { hostTensorFile } from "../../../src/export/peft";
import type { FieldValue, FieldValues } from "../../../src/shared/fields";
import type { Expert, MethodChoice, MethodId } from "../../../src/shared/methods";
import type { RunConfig, TrainingOptions } from "../../../src/shared/training";
import { saveAdapter } from "../../../src/storage/adapters";
import { methodOfRun, readExpertValues, withExperts } from "../../../src/worker/experts";
import { UnsavedAdapters } from "../../../src/worker/unsaved-adapters";
import type { AdapterHost } from "../../../src/worker/kept-adapter";
import { readJson } from "../../support/golden";

const MODEL = "tiny";
const spec = describeModel(readJson<Record<string, unknown>>("llama_tied", "config.json"));

/** A session with that model and no adapter on the GPU. */
const session = {
  hasModel: true,
  model: { summary: { id: MODEL }, engine: { spec } },
  heldAdapter: () => null,
  unsaved: new UnsavedAdapters(() => undefined),
} as unknown as AdapterHost;

/** Stores an adapter whose elements are all `fill`. */
async function keep(
  id: string,
  method: MethodId,
  {
    options = {},
    experts,
    fill = 0,
    modelId = MODEL,
  }: Partial<{
    options: FieldValues;
    experts: readonly Expert[];
    fill: number;
    modelId: string;
  }> = {},
): Promise<void> {
  const adapter = methods[method].bind(options, spec, experts);
  const values = adapter.parameters.map(({ name, shape }): [string, HostTensor] => [
    name,
    { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill) },
  ]);
  await saveAdapter({
    id,
    modelId,
    name: `the ${id}`,
    origin: "trained",
    savedAt: 0,
    steps: 1,
    run: null,
    method: { id: method, options, ...(experts && { experts }) },
    trainableParameters: 1,
    sizeBytes: 1,
    format: "peft" as const,
    merges: false,
    finalLoss: null,
    validationLoss: null,
    values: hostTensorFile(new Map(values)),
  });
}

const mix = (adapters: FieldValue): MethodChoice => ({ id: "xlora", options: { adapters } });
const run = (method: MethodChoice, continueFrom: string | null): RunConfig => ({
  datasetId: "rows",
  modelId: MODEL,
  templateId: "chat",
  method,
  continueFrom,
  training: {} as TrainingOptions,
});
const q = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

describe("the adapters that a method builds on", () => {
  it("come from the library in the chosen order", async () => {
    await keep("pirate", "lora", { options: { r: 2 }, fill: 1 });
    await keep("poet", "lora", { options: { r: 4 }, fill: 2 });
    const method = await withExperts(session, mix("poet,pirate"));
    expect(method.experts?.map(({ name, config }) => [name, config.r])).toEqual([
      ["the poet", 4],
      ["the pirate", 2],
    ]);
    const values = await readExpertValues(session, run(method, null));
    expect(values.get(`experts.0.${q}`)?.data[0]).toBe(2);
    expect(values.get(`experts.1.${q}`)?.data[0]).toBe(1);
  });

  it("are refused at the field if unsuitable", async () => {
    await keep("elsewhere", "lora", { modelId: "another" });
    await keep("narrow", "houlsby");
    for (const [id, reason] of [
      ["gone", /does not belong to the loaded model/],
      ["elsewhere", /does not belong to the loaded model/],
      ["narrow", /“the narrow” uses the method Houlsby adapters; .* LoRA/],
    ] as const) {
      const refusal = withExperts(session, mix(`pirate,${id}`));
      await expect(refusal).rejects.toMatchObject({
        field: "adapters",
        message: expect.stringMatching(reason),
      });
    }
  });

  it("come from the adapter that is trained further, whatever happened to the library's", async () => {
    const { experts } = await withExperts(session, mix("pirate,poet"));
    await keep("mixture", "xlora", { options: { adapters: "lost,gone" }, experts: experts!, fill: 3 });
    for (const config of [run(mix("poet,pirate"), "mixture"), run(mix({ within: "mixture" }), null)]) {
      const method = await methodOfRun(session, config);
      expect(method.experts).toEqual(experts);
      const values = await readExpertValues(session, { ...config, method });
      expect(values.get(`experts.1.${q}`)?.data[0]).toBe(3);
    }
  });

  it("are not loaded for other methods", async () => {
    const lora: MethodChoice = { id: "lora", options: {} };
    expect(await withExperts(session, lora)).toBe(lora);
    expect((await readExpertValues(session, run(lora, null))).size).toBe(0);
  });
});

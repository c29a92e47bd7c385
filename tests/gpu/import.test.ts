import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { withoutExperts, valuesOfExpert } from "../../src/engine/adapters/composed/experts";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { methodOfConfig, methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { LuthierError } from "../../src/lib/errors";
import type { Expert } from "../../src/shared/methods";
import { expectClose } from "../support/compare";
import {
  goldenBatches,
  goldenCases,
  goldenFamilies,
  type GoldenInfo,
  loadGoldenModel,
  readJson,
  readTensors,
  under,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

/** Imports a folder's two files, up to uploading the values. */
function importAdapter(
  spec: LoadedModel["spec"],
  config: Record<string, unknown>,
  saved: ReadonlyMap<string, HostTensor>,
  experts: readonly Expert[] = [],
): { adapter: Adapter; values: ReadonlyMap<string, HostTensor> } {
  const method = methods[methodOfConfig(config)];
  const adapter = method.bind(method.readConfig(config), spec, experts);
  const files = experts.map((_, index) => valuesOfExpert(index, saved));
  return { adapter, values: adapter.importTensors(withoutExperts(saved), files) };
}

describe.each(goldenFamilies())("%s loads adapters that PEFT saved", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(goldenCases(family))("%s", async (name) => {
    const tensors = await readTensors(family, name, "golden.safetensors");
    const config = readJson<Record<string, unknown>>(family, name, "adapter_config.json");
    const { experts } = readJson<GoldenInfo>(family, name, "golden.json");
    const { adapter, values } = importAdapter(model.spec, config, under(tensors, "saved"), experts);
    const state = new AdapterState(gpu, adapter);
    state.write(values);
    const logits = await computeLogits(model, state, goldenBatches(tensors)[0]!);
    expectClose(logits, tensors.get("saved_logits")!.data, 1e-4, "logits of the saved adapter");
    state.destroy();
  });
});

describe("an adapter of another model", () => {
  /** Imports a llama golden's case into the same family with a modified config.json; returns the refusal. */
  async function refusal(name: string, change: Record<string, unknown>): Promise<LuthierError> {
    const spec = describeModel({ ...readJson<Record<string, unknown>>("llama", "config.json"), ...change });
    const tensors = await readTensors("llama", name, "golden.safetensors");
    const config = readJson<Record<string, unknown>>("llama", name, "adapter_config.json");
    let state: AdapterState | null = null;
    try {
      const { adapter, values } = importAdapter(spec, config, under(tensors, "saved"));
      state = new AdapterState(gpu, adapter);
      state.write(values);
    } catch (error) {
      if (error instanceof LuthierError) return error;
      throw error;
    } finally {
      state?.destroy();
    }
    throw new Error("the adapter was taken");
  }
  const wider = { hidden_size: 64, head_dim: 16, intermediate_size: 88 };
  const firstA = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

  test("of another width is refused, naming its first tensor and both shapes", async () => {
    const error = await refusal("lora", wider);
    expect(error.code).toBe("adapter");
    expect(error.what).toContain(`${firstA} is [4, 32]; this model needs [4, 64]`);
    expect(error.advice).toMatch(/base model/);
  });

  test("with fewer layers is refused, naming the first missing tensor", async () => {
    const error = await refusal("lora", { num_hidden_layers: 3 });
    expect(error.what).toContain("model.layers.2.self_attn.q_proj.lora_A.weight is missing");
  });

  test("with more layers is refused, naming the first extra tensor", async () => {
    const error = await refusal("lora", { num_hidden_layers: 1 });
    expect(error.code).toBe("adapter");
    expect(error.what).toContain("model.layers.1.self_attn.q_proj.lora_A.weight");
  });

  test("of another prefix width is refused, naming both shapes", async () => {
    const error = await refusal("prefix", { num_hidden_layers: 3 });
    expect(error.code).toBe("adapter");
    expect(error.what).toMatch(/\[\d+, 64\]; this model needs \[\d+, 96\]/);
  });

  test("of another family is refused, naming the layers it expects", () => {
    const spec = describeModel(readJson<Record<string, unknown>>("gpt2", "config.json"));
    const config = readJson<Record<string, unknown>>("llama", "lora", "adapter_config.json");
    expect(() => importAdapter(spec, config, new Map())).toThrow(/q_proj/);
  });

  test.each(["prefix", "prompt"])("a %s without its only tensor is refused by name", (name) => {
    const spec = describeModel(readJson<Record<string, unknown>>("llama", "config.json"));
    const config = readJson<Record<string, unknown>>("llama", name, "adapter_config.json");
    const attempt = (): unknown => importAdapter(spec, config, new Map());
    expect(attempt).toThrow(LuthierError);
    expect(attempt).toThrow(/prompt_embeddings/);
  });
});

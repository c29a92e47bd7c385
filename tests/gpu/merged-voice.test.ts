import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import { mergeOnGpu } from "../../src/engine/adapters/merged-model";
import type { ActiveModel } from "../../src/worker/active";
import { Session } from "../../src/worker/session";
import { expectClose } from "../support/compare";
import { bindCase, goldenState, loadGoldenModel, readTensors } from "../support/golden";
import { openTestGpu } from "../support/gpu";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu.close());

const PROMPT = [3, 1, 4, 1, 5];

test("merged weights answer as the adapter does, and are freed when no column uses them", async () => {
  const model = await loadGoldenModel(gpu, "llama_tied");
  const session = new Session(() => undefined);
  // Generating only needs the model's engine.
  session.setModel({ engine: model } as ActiveModel);
  const adapter = bindCase(model, "llama_tied", "lora");
  const tensors = await readTensors("llama_tied", "lora", "golden.safetensors");
  const state = goldenState(gpu, adapter, tensors, "after");
  const beside = await session.generator(0, { engine: model, state }, 20);
  const expected = await beside.logitsAfter(PROMPT);
  const without = gpu.usage.bytes;

  const merged = await mergeOnGpu(model, adapter, await state.read());
  session.holdMerged("a", merged);
  const speaker = { engine: merged, state: null };
  const voice = await session.generator(1, speaker, 20);
  expectClose(await voice.logitsAfter(PROMPT), expected, 2e-5, "logits of the merged column");
  expect(await session.generator(1, speaker, 20), "the same speaker's generator").toBe(voice);

  session.keepMerged(["a"]);
  expect(session.heldMerged("a")).toBe(merged);
  session.keepMerged([]);
  expect(session.heldMerged("a")).toBeNull();
  expect(gpu.usage.bytes).toBe(without);
  expect(await beside.logitsAfter(PROMPT), "the other column").toEqual(expected);

  session.setModel(null);
  state.destroy();
  expect(gpu.usage.bytes).toBe(0);
});

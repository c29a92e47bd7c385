import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { promptIds } from "../../src/data/shape/conversation";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { Generator } from "../../src/engine/generate/generator";
import type { Gpu } from "../../src/engine/gpu/device";
import { loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";
import { baseAdapter } from "../support/base-adapter";
import { expectClose } from "../support/compare";
import { readJson, readTensors } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** The built-in model gives the same answers as in transformers. */

const FOLDER = "public/models/spruce";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

test("the built-in model matches transformers in ids, logits and a greedy answer", async () => {
  const files = readdirSync(FOLDER).map((file) => bytesSource(file, readFileSync(`${FOLDER}/${file}`)));
  const folder = await openModelFolder(files);
  const tokenizer = loadTokenizer(folder);
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const tools = { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) };
  const model = await loadModel(folder.config, tensors, tools);
  const golden = await readTensors("spruce", "builtin.safetensors");
  const { question, answer } = readJson<{ question: string; answer: string }>("spruce", "builtin.json");

  const { ids, endIds } = promptIds([{ role: "user", content: question }], "chat", tokenizer);
  expect(ids).toEqual([...golden.get("input_ids")!.data]);

  const state = new AdapterState(gpu, baseAdapter);
  const logits = await computeLogits(model, state, {
    rows: 1,
    length: ids.length,
    ids: Uint32Array.from(ids),
    supervised: new Uint8Array(ids.length),
    segments: [[{ start: 0, length: ids.length }]],
  });
  const expected = golden.get("logits")!.data;
  expectClose(logits.slice(-expected.length), expected, 1e-4, "logits");

  const generator = await Generator.create(model, null, 64);
  const pieces = generator.generate(ids, defaultGeneration, endIds, makeRng(0));
  const said: number[] = [];
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) said.push(next.value);
  expect(tokenizer.decode(said, { skipSpecialTokens: true })).toBe(answer);
  generator.destroy();
  state.destroy();
  model.weights.destroy();
});

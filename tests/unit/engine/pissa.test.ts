import { expect, test } from "vitest";
import { initContext, initialValues } from "../../../src/engine/adapters/adapter-state";
import { baseMatrix } from "../../../src/engine/adapters/common/base-matrix";
import { linearLayers } from "../../../src/engine/nn/model-spec";
import { describeModel } from "../../../src/engine/models/registry";
import { safetensorsTensor } from "../../../src/engine/weights/tensor-source";
import { bytesSource } from "../../../src/formats/byte-source";
import { openWeights } from "../../../src/formats/model-weights";
import { makeRng } from "../../../src/lib/rng";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bindCase, goldenRoot, readJson, readTensors, under } from "../../support/golden";

/** lora_alpha / r of the golden. */
const SCALE = 2;

/** |W − s B A|, which is minimal for the principal components of W (Eckart–Young), whatever their signs. */
function residual(w: Float32Array, b: Float32Array, a: Float32Array, rank: number, scale: number): number {
  const columns = a.length / rank;
  let sum = 0;
  w.forEach((value, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let rest = value;
    for (let k = 0; k < rank; k++) rest -= scale * b[row * rank + k]! * a[k * columns + column]!;
    sum += rest ** 2;
  });
  return Math.sqrt(sum);
}

test.each(["llama_tied", "gpt2"])("PiSSA takes out of %s what PEFT takes out", async (family) => {
  const file = readFileSync(join(goldenRoot, family, "model.safetensors"));
  const tensors = await openWeights([bytesSource("model.safetensors", file)]);
  const sources = new Map([...tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const spec = describeModel(readJson(family, "config.json"));
  const adapter = bindCase({ spec }, family, "lora_pissa");
  const context = initContext(sources, makeRng(3, 0), () => []);
  const values = await initialValues(adapter, context);
  const golden = under(await readTensors(family, "lora_pissa", "golden.safetensors"), "init");
  const starts = [...golden.keys()].filter((name) => name.endsWith(".pissa_A"));
  expect(starts.length).toBeGreaterThan(0);
  for (const name of starts) {
    const of = (from: typeof golden, part: string) => from.get(name.replace(".pissa_A", part))!;
    const rank = of(golden, ".pissa_A").shape[0]!;
    const layer = linearLayers(spec).find(({ path }) => name === `base_model.model.${path}.pissa_A`)!;
    const matrix = await baseMatrix(context, layer);
    const left = (from: typeof golden): number =>
      residual(matrix, of(from, ".pissa_B").data, of(from, ".pissa_A").data, rank, SCALE);
    // PEFT computes in float32: its residual is no smaller than ours, and hardly larger.
    expect(left(values)).toBeLessThan(left(golden) * (1 + 1e-6));
    expect(left(values)).toBeGreaterThan(left(golden) * (1 - 1e-6));
    expect(of(values, ".lora_A.weight").data).toEqual(of(values, ".pissa_A").data);
    expect(of(values, ".lora_B.weight").data).toEqual(of(values, ".pissa_B").data);
  }
});

import { describe, expect, it } from "vitest";
import { layOutParameters, trainableCount } from "../../../src/engine/adapters/adapter-state";
import { describeModel } from "../../../src/engine/models/registry";
import { optimizerBytes } from "../../../src/engine/train/optimizer-state";
import { peftFiles } from "../../../src/export/peft";
import { adapterFileBytes } from "../../../src/worker/adapter-summary";
import {
  bindCase,
  goldenCases,
  goldenFamilies,
  type GoldenInfo,
  readJson,
  readTensors,
  under,
} from "../../support/golden";

const cases = goldenFamilies().flatMap((family) =>
  goldenCases(family).map((name) => [family, name] as const),
);

/** Tolerance for a header's names and shapes, which the estimate counts at a flat rate. */
const HEADER_BYTES = 200;

describe.each(cases)("the figures of %s/%s", (family, name) => {
  const spec = describeModel(readJson(family, "config.json"));
  const adapter = bindCase({ spec }, family, name);

  it("count what trains, not what is fixed", () => {
    const { trainable } = readJson<GoldenInfo>(family, name, "golden.json");
    const elements = Object.values(trainable).map((shape) =>
      shape.reduce((product, size) => product * size, 1),
    );
    const all = elements.reduce((sum, count) => sum + count, 0);
    if (adapter.selection) expect(trainableCount(adapter)).toBeLessThan(all);
    else expect(trainableCount(adapter)).toBe(all);
  });

  it("predict the size of the exported file", async () => {
    const values = under(await readTensors(family, name, "golden.safetensors"), "after");
    const files = peftFiles(adapter, values, "someone/base");
    const weights = [...files].filter(([path]) => path.endsWith(".safetensors"));
    const real = weights.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    const room = HEADER_BYTES * (adapter.parameters.length + weights.length);
    expect(Math.abs(adapterFileBytes(adapter, spec) - real)).toBeLessThan(room);
  });

  it("include memory for fixed parameters", () => {
    const { length } = layOutParameters(adapter);
    const all = adapter.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(length).toBeGreaterThanOrEqual(all);
    expect(optimizerBytes(adapter, length)).toBeGreaterThanOrEqual(12 * all);
  });
});

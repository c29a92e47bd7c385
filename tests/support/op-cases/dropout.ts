import { expect } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, type Value } from "../../../src/engine/graph/value";
import { dropout } from "../../../src/engine/ops/dropout";
import { keepMask } from "../../../src/engine/ops/keep-mask";
import { pcg } from "../../../src/lib/pcg";
import { runGraph } from "../run-graph";
import { expectClose } from "../compare";
import { type RegisteredCase, type Variants, variantTuning } from "./case";

/** Optional period and rescaling. */
interface Rule {
  readonly period?: number;
  readonly rescale?: boolean;
}

/** Dropout of ones, and its gradient for an upstream gradient of ones: both must be 0 or 1 / (1 − probability). */
function trace(
  count: number,
  probability: number,
  site: number,
  rule: Rule = {},
): { graph: Graph; y: Value; dx: Value } {
  const graph = new Graph();
  const x = graph.parameter("x", f32(count));
  const attrs = { probability, site, seedIndex: 1, ...rule };
  const y = graph.apply(dropout, [x, graph.input("step", f32(3))], attrs);
  differentiate(graph, y, graph.input("ones", f32(count)));
  return { graph, y, dx: graph.gradient("x", f32(count)) };
}

async function drop(
  gpu: Gpu,
  count: number,
  probability: number,
  site = 0,
  seed = 1,
  rule: Rule = {},
): Promise<{ y: Float32Array; dx: Float32Array }> {
  const { graph, y, dx } = trace(count, probability, site, rule);
  const ones = new Float32Array(count).fill(1);
  const step = new Float32Array(Uint32Array.of(9, seed, 9).buffer);
  const got = await runGraph(gpu, graph, { y, dx }, { leaves: { x: ones, ones, step } });
  return { y: got.y!, dx: got.dx! };
}

/** Fraction of elements at which two arrays are equal. */
function agreement(a: Float32Array, b: Float32Array): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}

/** @param count elements of the case's trace */
function dropCase(name: string, check: (gpu: Gpu) => Promise<void>, count = 4): RegisteredCase {
  return { name: `dropout ${name}`, trace: () => trace(count, 0.5, 0).graph, check };
}

const MASK = { seedIndex: 1, site: 3 };

/** Reference mask of a seed. */
function maskReference(count: number, probability: number, seed: number, rescale: boolean): Float64Array {
  const salt = pcg((MASK.site ^ pcg(seed)) >>> 0);
  const threshold = Math.round(probability * 2 ** 32);
  const mask = Float64Array.from({ length: count }, (_, i) => (pcg((i ^ salt) >>> 0) >= threshold ? 1 : 0));
  const kept = mask.reduce((sum, value) => sum + value, 0);
  return rescale && kept > 0 ? mask.map((value) => (value * count) / kept) : mask;
}

function maskCase(variants: Variants): RegisteredCase {
  const trace = (count: number, probability: number, rescale: boolean): { graph: Graph; mask: Value } => {
    const graph = new Graph();
    const attrs = { ...MASK, count, probability, rescale };
    return { graph, mask: graph.apply(keepMask, [graph.input("step", f32(3))], attrs) };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    for (const [count, probability, seed] of [
      [1, 0.5, 4],
      [13, 0.3, 1],
      [300, 0.1, 2],
      [1028, 0.9, 3],
      [8, 0.999999, 1],
    ] as const) {
      for (const rescale of [true, false]) {
        const { graph, mask } = trace(count, probability, rescale);
        const step = new Float32Array(Uint32Array.of(9, seed, 9).buffer);
        const got = await runGraph(gpu, graph, { mask }, { leaves: { step } }, variantTuning(gpu, variants));
        const expected = maskReference(count, probability, seed, rescale);
        expectClose(got.mask!, expected, 1e-7, `mask of ${count} at ${probability}`);
      }
    }
    // It equals dropout's mask for the same seed, site and period.
    const { graph, mask } = trace(300, 0.4, false);
    const step = new Float32Array(Uint32Array.of(9, 5, 9).buffer);
    const got = await runGraph(gpu, graph, { mask }, { leaves: { step } }, variantTuning(gpu, variants));
    const { y } = await drop(gpu, 300, 0.4, MASK.site, 5, { rescale: false });
    expect(got.mask).toEqual(y);
  };
  return { name: `keepMask (${variants} variants)`, trace: () => trace(8, 0.5, true).graph, check };
}

export const dropoutCases: readonly RegisteredCase[] = [
  ...(["software", "barriers", "gpu"] as const).map(maskCase),
  ...[0.1, 0.5, 0.9].map((probability) =>
    dropCase(`keeps its share of ${probability} and rescales`, async (gpu) => {
      const { y } = await drop(gpu, 40_000, probability);
      const kept = y.filter((value) => value !== 0);
      // Five standard deviations of a binomial proportion.
      const deviation = Math.sqrt((probability * (1 - probability)) / y.length);
      expect(Math.abs(kept.length / y.length - (1 - probability))).toBeLessThan(5 * deviation);
      expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - probability))]));
    }),
  ),
  dropCase(
    "drops the same elements in the backward, at any count",
    async (gpu) => {
      for (const count of [1, 13, 256]) {
        const { y, dx } = await drop(gpu, count, 0.4);
        expect(dx).toEqual(y);
      }
    },
    13,
  ),
  dropCase("drops the same elements whether read one or four at a time", async (gpu) => {
    const [one, four] = [await drop(gpu, 1001, 0.4), await drop(gpu, 1004, 0.4)];
    expect(one.y).toEqual(four.y.subarray(0, 1001));
  }),
  dropCase("repeats after its period, and rescales only where it is told to", async (gpu) => {
    for (const [count, period] of [
      [300, 13],
      [304, 20],
      [300, 1],
    ] as const) {
      const { y, dx } = await drop(gpu, count, 0.4, 0, 1, { period, rescale: false });
      expect(dx).toEqual(y);
      expect(new Set(y.map((value, i) => value - y[i % period]!))).toEqual(new Set([0]));
      expect([...new Set(y)].every((value) => value === 0 || value === 1)).toBe(true);
    }
  }),
  dropCase("of probability 0 is the identity", async (gpu) => {
    const { y } = await drop(gpu, 1000, 0);
    expect(new Set(y)).toEqual(new Set([1]));
  }),
  dropCase("drops independently by seed and by site", async (gpu) => {
    const base = await drop(gpu, 40_000, 0.5);
    for (const [site, seed] of [
      [0, 2],
      [1, 1],
      [7, 1],
    ] as const) {
      const other = await drop(gpu, 40_000, 0.5, site, seed);
      expect(Math.abs(agreement(base.y, other.y) - 0.5)).toBeLessThan(0.0125);
    }
  }),
  dropCase("drops neighbours independently", async (gpu) => {
    const { y } = await drop(gpu, 40_000, 0.5);
    for (const lag of [1, 2, 64, 576]) {
      const share = agreement(y.subarray(lag), y.subarray(0, y.length - lag));
      expect(Math.abs(share - 0.5), `lag ${lag}`).toBeLessThan(0.0125);
    }
  }),
];

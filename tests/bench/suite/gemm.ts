import { exactNumbers } from "../../support/gemm";
import { relativeError } from "../../support/errors";
import type { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { ReadbackRing } from "../../../src/engine/gpu/readback";
import { SlotPool } from "../../../src/engine/gpu/slot-pool";
import { STORAGE } from "../../../src/engine/gpu/usage";
import { Graph } from "../../../src/engine/graph/graph";
import { makePlan } from "../../../src/engine/transform/make-plan";
import { Program } from "../../../src/engine/graph/program";
import { f32 } from "../../../src/engine/graph/value";
import { linear } from "../../../src/engine/ops/linear";
import { fixedTuning } from "../../support/run-graph";
import { type Contender, race } from "./measure";
import { type LeftOut, reasonOf, type RivalName, runsOf, type Scope } from "./scope";

/**
 * y (m, n) = x times a stored weight: `nt` with W (n, k) as in the forward pass, `nn` with W (k, n) as in the backward
 * pass.
 */
export interface GemmProblem {
  readonly form: "nt" | "nn";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Float32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer>;
}

/** Creates a contender for one problem, with its operands already on the GPU, and frees it again. */
export type MakeContender = (
  problem: GemmProblem,
) => Promise<{ readonly contender: Contender; destroy(): void }>;

/** Linear layers of SmolLM2-135M over 512 tokens: (outputs, inputs). */
const SHAPES = [
  { n: 576, k: 576 },
  { n: 1536, k: 576 },
  { n: 576, k: 1536 },
] as const;
const TOKENS = 512;
const TOLERANCE = 1e-5;

export interface GemmResult {
  readonly label: string;
  readonly flops: number;
  /** Milliseconds, including read-back. */
  readonly ours: number;
  readonly rivals: Readonly<Record<string, number>>;
}

/** Times of all products, and the rivals that could not take part. */
export interface GemmResults {
  readonly results: readonly GemmResult[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Times every form and shape for all contenders in turn. A rival that fails once is excluded from then on.
 * @param load how to load each rival that supports matrix multiplication
 */
export async function benchGemm(
  gpu: Gpu,
  load: Readonly<Partial<Record<RivalName, () => Promise<MakeContender>>>>,
  scope: Scope,
): Promise<GemmResults> {
  const pipelines = new PipelineCache(gpu);
  const results: GemmResult[] = [];
  const { makers, leftOut } = await loadRivals(load, scope);
  for (const form of ["nt", "nn"] as const) {
    for (const { n, k } of scope.quick ? SHAPES.slice(0, 1) : SHAPES) {
      const problem = makeProblem(form, n, k);
      const ours = await makeOurs(gpu, pipelines, problem);
      const { entrants, faults } = await enter(makers, problem);
      const { times, failures } = await race(
        ours.contender,
        [...entrants.values()].map(({ contender }) => contender),
        runsOf(scope),
        sampleCheck(problem),
        TOLERANCE,
      );
      for (const { destroy } of [ours, ...entrants.values()]) destroy();
      for (const rival of [...makers.keys()]) {
        const why = faults.get(rival) ?? failures.get(rival);
        if (why === undefined) continue;
        makers.delete(rival);
        leftOut.push({ rival, why });
      }
      const { ours: elapsedMs = NaN, ...others } = Object.fromEntries(times);
      const label = `GEMM ${form.toUpperCase()} f32 ${TOKENS}×${n}×${k}`;
      results.push({ label, flops: 2 * TOKENS * n * k, ours: elapsedMs, rivals: others });
    }
  }
  return { results, leftOut };
}

/** The rivals in scope that load. */
async function loadRivals(
  load: Readonly<Partial<Record<RivalName, () => Promise<MakeContender>>>>,
  { rivals }: Scope,
): Promise<{ makers: Map<RivalName, MakeContender>; leftOut: LeftOut[] }> {
  const makers = new Map<RivalName, MakeContender>();
  const leftOut: LeftOut[] = [];
  for (const rival of rivals) {
    try {
      const make = await load[rival]?.();
      if (make) makers.set(rival, make);
    } catch (error) {
      leftOut.push({ rival, why: reasonOf(error) });
    }
  }
  return { makers, leftOut };
}

/** The rivals with the problem's operands on the GPU, and why others failed. */
async function enter(
  makers: ReadonlyMap<RivalName, MakeContender>,
  problem: GemmProblem,
): Promise<{
  entrants: Map<RivalName, Awaited<ReturnType<MakeContender>>>;
  faults: Map<RivalName, string>;
}> {
  const entrants = new Map<RivalName, Awaited<ReturnType<MakeContender>>>();
  const faults = new Map<RivalName, string>();
  for (const [rival, make] of makers) {
    try {
      entrants.set(rival, await make(problem));
    } catch (error) {
      faults.set(rival, reasonOf(error));
    }
  }
  return { entrants, faults };
}

function makeProblem(form: "nt" | "nn", n: number, k: number): GemmProblem {
  return { form, m: TOKENS, n, k, a: exactNumbers(TOKENS * k, 1), b: exactNumbers(n * k, 2) };
}

/** Compares a sample of rows with float64 sums. */
function sampleCheck({ form, m, n, k, a, b }: GemmProblem): (result: Float32Array) => number {
  const rows = Array.from({ length: 8 }, (_, index) => Math.floor((index * (m - 1)) / 7));
  const expected = rows.flatMap((row) =>
    Array.from({ length: n }, (_, column) => {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += a[row * k + p]! * (form === "nt" ? b[column * k + p]! : b[p * n + column]!);
      }
      return sum;
    }),
  );
  return (result) =>
    relativeError(
      rows.flatMap((row) => Array.from(result.subarray(row * n, (row + 1) * n))),
      expected,
    );
}

/** The engine's own path: a planned `linear` over a frozen matrix. */
async function makeOurs(
  gpu: Gpu,
  pipelines: PipelineCache,
  { form, m, n, k, a, b }: GemmProblem,
): ReturnType<MakeContender> {
  const [rows, columns] = form === "nt" ? [n, k] : [k, n];
  const weight = { name: "w", rows, columns, kind: "f32", shards: [{ rowStart: 0, rows }] } as const;
  const graph = new Graph();
  const x = graph.state("x", f32(m, k));
  const y = graph.apply(linear, [x], { weight, transposed: form === "nn" });
  const plan = makePlan(graph, { y }, fixedTuning(gpu));
  const upload = (label: string, data: Float32Array<ArrayBuffer>): GPUBuffer => {
    const buffer = gpu.createBuffer(label, data.byteLength, STORAGE);
    gpu.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const buffers = { x: upload("x", a), w: upload("w", b) };
  const pool = new SlotPool(gpu, [plan.slotBytes]);
  const program = await Program.create(gpu, pipelines, plan, pool, {
    leaf: () => ({ buffer: buffers.x, offsetBytes: 0 }),
    weight: () => buffers.w,
  });
  const ring = new ReadbackRing(gpu, 4 * m * n, 1);
  const run = async (): Promise<Float32Array> => {
    program.run({});
    return new Float32Array(await ring.read(program.output("y")));
  };
  return {
    contender: { name: "ours", device: gpu.device, run },
    destroy: () => {
      program.destroy();
      pool.destroy();
      ring.destroy();
      for (const buffer of Object.values(buffers)) gpu.destroyBuffer(buffer);
    },
  };
}

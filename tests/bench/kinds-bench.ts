import { availableParallelism } from "node:os";
import type { Gpu } from "../../src/engine/gpu/device";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import { STORAGE } from "../../src/engine/gpu/usage";
import { Graph } from "../../src/engine/graph/graph";
import { type StorageKind, storageKinds } from "../../src/engine/graph/op";
import { makePlan } from "../../src/engine/transform/make-plan";
import { Program } from "../../src/engine/graph/program";
import { f32 } from "../../src/engine/graph/value";
import { linear } from "../../src/engine/ops/linear";
import { exactNumbers } from "../support/gemm";
import { openTestGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";
import { storedNumbers } from "../support/stored-numbers";

/** A layer of SmolLM2-135M: forward and backward over many tokens, and forward for one. */
const LAYER = { outputs: 1536, inputs: 576 };
const PASSES = [
  { label: "forward, 512 tokens", rows: 512, transposed: false },
  { label: "backward, 512 tokens", rows: 512, transposed: true },
  { label: "forward, 1 token", rows: 1, transposed: false },
] as const;
/** Timed runs; the fastest counts. */
const RUNS = 5;

/** Times a frozen layer in every storage kind: `node tests/run.mjs tests/bench/kinds-bench.ts` */
export async function main(): Promise<number> {
  const gpu = await openTestGpu({}, availableParallelism());
  const pipelines = new PipelineCache(gpu);
  console.log(
    `Layer ${LAYER.inputs} -> ${LAYER.outputs} on ${gpu.info.name}: ms, and times the first kind's`,
  );
  for (const { label, rows, transposed } of PASSES) {
    console.log(label);
    const times = await race(gpu, pipelines, rows, transposed);
    const first = times.get(storageKinds[0]) ?? NaN;
    for (const [kind, ms] of times) {
      console.log(`  ${kind.padEnd(10)} ${ms.toFixed(1).padStart(8)} ${(ms / first).toFixed(2).padStart(6)}`);
    }
  }
  gpu.close();
  return 0;
}

/** The best time of each kind. Kinds alternate, so that other load on the machine affects all of them equally. */
async function race(
  gpu: Gpu,
  pipelines: PipelineCache,
  tokens: number,
  transposed: boolean,
): Promise<ReadonlyMap<StorageKind, number>> {
  const layers = new Map<StorageKind, Layer>();
  for (const kind of storageKinds)
    layers.set(kind, await makeLayer(gpu, pipelines, kind, tokens, transposed));
  const best = new Map<StorageKind, number>();
  for (let run = 0; run <= RUNS; run++) {
    for (const [kind, { time }] of layers) {
      const ms = await time();
      // The first run is a warm-up.
      if (run > 0) best.set(kind, Math.min(best.get(kind) ?? Infinity, ms));
    }
  }
  for (const layer of layers.values()) layer.destroy();
  return best;
}

interface Layer {
  /** Milliseconds of one run. */
  time(): Promise<number>;
  destroy(): void;
}

async function makeLayer(
  gpu: Gpu,
  pipelines: PipelineCache,
  kind: StorageKind,
  tokens: number,
  transposed: boolean,
): Promise<Layer> {
  const { outputs: rows, inputs: columns } = LAYER;
  const weight = { name: "w", rows, columns, kind, shards: [{ rowStart: 0, rows }] };
  const graph = new Graph();
  const x = graph.state("x", f32(tokens, transposed ? rows : columns));
  const y = graph.apply(linear, [x], { weight, transposed });
  const plan = makePlan(graph, { y }, fixedTuning(gpu));
  const upload = (label: string, bytes: ArrayBuffer): GPUBuffer => {
    const buffer = gpu.createBuffer(label, bytes.byteLength, STORAGE);
    gpu.device.queue.writeBuffer(buffer, 0, bytes);
    return buffer;
  };
  const buffers = {
    x: upload("x", exactNumbers(tokens * Math.max(rows, columns), 1).buffer),
    w: upload("w", storedNumbers(kind, rows * columns, 2).bytes),
  };
  const pool = new SlotPool(gpu, [plan.slotBytes]);
  const program = await Program.create(gpu, pipelines, plan, pool, {
    leaf: () => ({ buffer: buffers.x, offsetBytes: 0 }),
    weight: () => buffers.w,
  });
  return {
    async time() {
      const started = performance.now();
      program.run({});
      await gpu.settle();
      return performance.now() - started;
    },
    destroy() {
      program.destroy();
      pool.destroy();
      for (const buffer of Object.values(buffers)) gpu.destroyBuffer(buffer);
    },
  };
}

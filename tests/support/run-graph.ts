import type { Gpu } from "../../src/engine/gpu/device";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { readBytes } from "../../src/engine/gpu/readback";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import { STORAGE } from "../../src/engine/gpu/usage";
import type { Graph } from "../../src/engine/graph/graph";
import type { Tuning, WeightRef } from "../../src/engine/graph/op";
import { makePlan } from "../../src/engine/transform/make-plan";
import { Program } from "../../src/engine/graph/program";
import { byteSize, type Value } from "../../src/engine/graph/value";

export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Host data of a graph's leaves by name; other leaves are zero-initialised. */
export interface GraphData {
  readonly leaves: Readonly<Record<string, HostArray>>;
  /** Bytes of each shard of frozen matrices, by tensor name. */
  readonly weights?: Readonly<
    Record<string, { readonly ref: WeightRef; readonly shards: readonly ArrayBuffer[] }>
  >;
}

/** A tuning that always uses the defaults for the given kind of GPU. */
export function fixedTuning(gpu: Gpu, choices: Readonly<Record<string, string>> = {}): Tuning {
  return {
    software: gpu.info.software,
    has: (feature) => gpu.has(feature),
    choice: ({ key }) => choices[key] ?? null,
  };
}

/** Pipelines per device: recompiling them for every case would dominate test time. */
const pipelineCaches = new WeakMap<Gpu, PipelineCache>();

/** Pipelines shared by all programs on a GPU. */
export function pipelinesOf(gpu: Gpu): PipelineCache {
  const cache = pipelineCaches.get(gpu) ?? new PipelineCache(gpu);
  pipelineCaches.set(gpu, cache);
  return cache;
}

/** Plans, builds and runs a graph once, and reads back `outputs`; frees all buffers. */
export async function runGraph(
  gpu: Gpu,
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  data: GraphData,
  tuning: Tuning = fixedTuning(gpu),
): Promise<Record<string, Float32Array>> {
  const plan = makePlan(graph, outputs, tuning);
  const pool = new SlotPool(gpu, [plan.slotBytes]);
  const made = new Map<string, GPUBuffer>();
  const upload = (key: string, bytes: ArrayBufferView | ArrayBuffer | null, sizeBytes: number): GPUBuffer => {
    const known = made.get(key);
    if (known) return known;
    const buffer = gpu.createBuffer(key, sizeBytes, STORAGE);
    if (bytes) gpu.device.queue.writeBuffer(buffer, 0, bytes as GPUAllowSharedBufferSource);
    made.set(key, buffer);
    return buffer;
  };
  const program = await Program.create(gpu, pipelinesOf(gpu), plan, pool, {
    leaf: (value: Value) => {
      const bytes = data.leaves[value.name] ?? null;
      const given = value.storage === "gradient" ? null : bytes;
      return {
        buffer: upload(`${value.storage}:${value.name}`, given, byteSize(value.type)),
        offsetBytes: 0,
      };
    },
    weight: (name, shard) => {
      const bytes = data.weights?.[name]?.shards[shard];
      if (!bytes) throw new Error(`no data for shard ${shard} of ${name}`);
      return upload(`${name}#${shard}`, bytes, bytes.byteLength);
    },
  });
  const inputs = Object.fromEntries(plan.inputs.map((value) => [value.name, data.leaves[value.name]!]));
  program.run(inputs);
  const results: Record<string, Float32Array> = {};
  for (const name of Object.keys(outputs)) {
    results[name] = new Float32Array(await readBytes(gpu, program.output(name)));
  }
  gpu.check();
  program.destroy();
  pool.destroy();
  for (const buffer of made.values()) gpu.destroyBuffer(buffer);
  return results;
}

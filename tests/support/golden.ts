import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { methodOfConfig, methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { loadModel } from "../../src/engine/models/loaded-model";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openWeights } from "../../src/formats/model-weights";
import { readSafetensorsHeader } from "../../src/formats/safetensors";
import type { FieldValues } from "../../src/shared/fields";
import type { Expert, MethodId } from "../../src/shared/methods";
import type { Quantization } from "../../src/shared/model";
import { allCases, onHardwareKernels } from "./cases";
import { fixedTuning, pipelinesOf } from "./run-graph";

/** The committed goldens, or the larger set that CI generates. */
export const goldenRoot =
  process.env.LUTHIER_GOLDENS ?? join(dirname(fileURLToPath(import.meta.url)), "../golden");

/** A tensor of a golden file. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** The part of golden.json that tests use. */
export interface GoldenInfo {
  /** The method, if adapter_config.json alone would be read as another. */
  readonly method?: MethodId | null;
  /** Adapters that it builds on; their values are among the initial ones. */
  readonly experts?: readonly Expert[];
  /** Options missing from adapter_config.json. */
  readonly options?: FieldValues;
  /** True if the saved tensors are derived from the trained ones. */
  readonly converts?: boolean;
  readonly trainable: Readonly<Record<string, readonly number[]>>;
  readonly training: {
    readonly steps: number;
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number;
  };
}

/** Families with a golden model. */
export function goldenFamilies(): string[] {
  return readdirSync(goldenRoot, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && readdirSync(join(goldenRoot, entry.name)).includes("model.safetensors"),
    )
    .map((entry) => entry.name);
}

/** Adapter cases of a family. */
export function goldenCases(family: string): string[] {
  return readdirSync(join(goldenRoot, family), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** Cases for hardware kernels in `npm test`: every kind of attention, norm, head and weights, not every family. */
const HARDWARE_CASES: Readonly<Record<string, readonly string[]>> = {
  bloom: ["prefix"],
  gemma3: ["prompt"],
  gpt2: ["lora_all"],
  llama_nf4: ["dora"],
  llama_tied: ["xlora"],
  t5: ["lora"],
};

/**
 * Cases to compute: all in CI and in folders other than the committed one, else as many as hold every family and every
 * method once, or a few where they run on hardware kernels.
 */
export function casesToCompute(family: string): readonly string[] {
  if (allCases || process.env.LUTHIER_GOLDENS !== undefined) return goldenCases(family);
  if (onHardwareKernels) return HARDWARE_CASES[family] ?? [];
  coveringCases ??= chooseCases();
  return coveringCases.get(family) ?? [];
}

let coveringCases: ReadonlyMap<string, string[]> | undefined;

/** Few cases that hold every family and every method: families with few methods choose first. */
function chooseCases(): ReadonlyMap<string, string[]> {
  const methodsOf = new Map(
    goldenFamilies().map((family) => [
      family,
      new Map(goldenCases(family).map((name) => [name, methodOfCase(family, name)])),
    ]),
  );
  const count = (family: string): number => new Set(methodsOf.get(family)?.values()).size;
  const seen = new Set<MethodId>();
  const chosen = new Map<string, string[]>();
  const byVariety = [...methodsOf].sort(([a], [b]) => count(a) - count(b));
  for (const [family, cases] of byVariety) {
    const unseen = [...cases].find(([, method]) => !seen.has(method)) ?? [...cases][0];
    if (!unseen) continue;
    seen.add(unseen[1]);
    chosen.set(family, [unseen[0]]);
  }
  // What is left of the methods, on the families that have most.
  for (const [family, cases] of byVariety.reverse())
    for (const [name, method] of cases) {
      if (seen.has(method)) continue;
      seen.add(method);
      chosen.get(family)?.push(name);
    }
  return chosen;
}

export function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(goldenRoot, ...path), "utf8")) as T;
}

/** The studio's method of a golden case. */
export function methodOfCase(family: string, name: string): MethodId {
  const { method } = readJson<GoldenInfo>(family, name, "golden.json");
  return method ?? methodOfConfig(readJson(family, name, "adapter_config.json"));
}

/** All tensors of a golden safetensors file. */
export function readTensors(...path: string[]): Promise<Map<string, GoldenTensor>> {
  return readTensorsOf(join(goldenRoot, ...path));
}

/** All tensors of a safetensors file of f32 and small whole numbers. */
export async function readTensorsOf(path: string): Promise<Map<string, GoldenTensor>> {
  const source = bytesSource(path, readFileSync(path));
  const { tensors } = await readSafetensorsHeader(source);
  const read = await Promise.all(
    tensors.map(async ({ name, dtype, shape, start, end }) => {
      const bytes = Uint8Array.from(await source.read(start, end));
      if (dtype === "U8") return [name, { shape, data: Int32Array.from(bytes) }] as const;
      const data = dtype === "F32" ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
      return [name, { shape, data }] as const;
    }),
  );
  return new Map(read);
}

/**
 * Tensors under a dotted prefix ("init", "grad", "after", "saved"), keyed by the rest of the name. Saved tensors
 * identical to the trained ones are stored once.
 */
export function under(tensors: ReadonlyMap<string, GoldenTensor>, heading: string): Map<string, HostTensor> {
  const entries = [...tensors]
    .filter(([name]) => name.startsWith(`${heading}.`))
    .map(([name, tensor]) => [name.slice(heading.length + 1), tensor as HostTensor] as const);
  return entries.length === 0 && heading === "saved" ? under(tensors, "after") : new Map(entries);
}

/** Load-time quantisation of a family's model, or null. */
function quantizationOf(family: string): Quantization | null {
  const file = "quantization.json";
  return existsSync(join(goldenRoot, family, file)) ? readJson<Quantization>(family, file) : null;
}

/** Loads a golden family's base model. */
export async function loadGoldenModel(gpu: Gpu, family: string): Promise<LoadedModel> {
  const source = bytesSource(
    "model.safetensors",
    readFileSync(join(goldenRoot, family, "model.safetensors")),
  );
  const tensors = await openWeights([source]);
  const files = new Map([...tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  return loadModel(readJson(family, "config.json"), files, {
    gpu,
    pipelines: pipelinesOf(gpu),
    tuning: fixedTuning(gpu),
    quantization: quantizationOf(family),
  });
}

/** Binds the adapter of an adapter_config.json, with the method and options that it lacks. */
export function bindGolden(
  model: Pick<LoadedModel, "spec">,
  config: Record<string, unknown>,
  { method, options, experts }: Pick<GoldenInfo, "method" | "options" | "experts"> = {},
): Adapter {
  const id = method ?? methodOfConfig(config);
  return methods[id].bind({ ...methods[id].readConfig(config), ...options }, model.spec, experts);
}

/** Binds the adapter of a golden case as in training. */
export function bindCase(model: Pick<LoadedModel, "spec">, family: string, name: string): Adapter {
  const info = readJson<GoldenInfo>(family, name, "golden.json");
  return bindGolden(model, readJson(family, name, "adapter_config.json"), info);
}

/** An adapter state with the golden's values from before or after training. */
export function goldenState(
  gpu: Gpu,
  adapter: Adapter,
  tensors: ReadonlyMap<string, GoldenTensor>,
  heading: "init" | "after" = "init",
): AdapterState {
  const state = new AdapterState(gpu, adapter);
  state.write(under(tensors, heading));
  return state;
}

/** The golden's micro-batches (right-padded rows). */
export function goldenBatches(tensors: ReadonlyMap<string, GoldenTensor>): TrainingBatch[] {
  const ids = tensors.get("input_ids")!;
  const [batches, rows, length] = ids.shape as [number, number, number];
  const labels = tensors.get("labels")!.data;
  const mask = tensors.get("attention_mask")!.data;
  return Array.from({ length: batches }, (_, index) => {
    const start = index * rows * length;
    const stretch = (data: ArrayLike<number>): number[] =>
      Array.from(data).slice(start, start + rows * length);
    const present = stretch(mask);
    return {
      rows,
      length,
      ids: Uint32Array.from(stretch(ids.data)),
      supervised: Uint8Array.from(stretch(labels), (label) => (label === -100 ? 0 : 1)),
      segments: Array.from({ length: rows }, (_, row) => {
        const tokens = present.slice(row * length, (row + 1) * length).reduce((sum, one) => sum + one, 0);
        return [{ start: 0, length: tokens }];
      }),
    };
  });
}

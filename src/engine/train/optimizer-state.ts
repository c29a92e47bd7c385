import { defined } from "../../lib/invariant";
import { type AdapterState, layOutParameters, PARAMETER_ALIGNMENT } from "../adapters/adapter-state";
import type { Adapter, ParameterSpec } from "../adapters/common/method";
import type { Gpu } from "../gpu/device";
import { BufferUsage, STORAGE } from "../gpu/usage";
import { BLOCK_WORDS } from "../ops/adamw";
import { PAIR_MEASURES } from "../ops/preference-loss";
import type { FrozenBits } from "./frozen";

const SCALAR_BYTES = { lossSum: 4 * PAIR_MEASURES.length, metrics: 16 } as const;

/** Size of a parameter group's entry: learning-rate factor and weight decay. */
const GROUP_BYTES = 8;

/** Distinct learning-rate factors of an adapter's parameters; each is a parameter group. */
export function learningRateFactors({ parameters }: Adapter): number[] {
  return [...new Set(parameters.map(learningRateFactorOf))];
}

/** Frozen parameters get factor 0: neither gradient nor weight decay changes them. */
function learningRateFactorOf({ learningRateFactor = 1, fixed = false }: ParameterSpec): number {
  return fixed ? 0 : learningRateFactor;
}

/** Size of the buffers of an {@link OptimizerState} for `length` flat elements. */
export function optimizerBytes(adapter: Adapter, length: number): number {
  const scalars = Object.values(SCALAR_BYTES).reduce((sum, bytes) => sum + bytes, 0);
  const groups = learningRateFactors(adapter).length * GROUP_BYTES;
  const blocks = (length / PARAMETER_ALIGNMENT) * BLOCK_WORDS * 4;
  return 3 * 4 * length + blocks + groups + scalars;
}

/** Per-block metadata as read by the optimizer's kernels. */
function blockWords(adapter: Adapter, frozen: FrozenBits | null): Uint32Array<ArrayBuffer> {
  const { places, length } = layOutParameters(adapter);
  const factors = learningRateFactors(adapter);
  const words = new Uint32Array((length / PARAMETER_ALIGNMENT) * BLOCK_WORDS);
  adapter.parameters.forEach((parameter, index) => {
    const { offset, count } = defined(places[index], "place");
    const first = offset / PARAMETER_ALIGNMENT;
    const group = factors.indexOf(learningRateFactorOf(parameter));
    for (let block = first; block < first + Math.ceil(count / PARAMETER_ALIGNMENT); block++) {
      words[block * BLOCK_WORDS] = group;
      if (frozen) words.set(frozen.subarray(2 * block, 2 * block + 2), block * BLOCK_WORDS + 1);
    }
  });
  return words;
}

/** Buffers of the optimizer, parallel to the flat parameters: gradients, AdamW moments and block metadata. */
export class OptimizerState {
  readonly gradients: GPUBuffer;
  readonly m: GPUBuffer;
  readonly v: GPUBuffer;
  /** For each block of 64 parameters: its parameter group and its frozen bitmask. */
  readonly blocks: GPUBuffer;
  /** (learning-rate factor, weight decay) per group. */
  readonly groupTable: GPUBuffer;
  /** Sum of unscaled losses, or of the measures of pairs, since {@link beginStep}. */
  readonly lossSum: GPUBuffer;
  /** Gradient norm and its non-finite flag, written by each update. */
  readonly metrics: GPUBuffer;
  readonly #gpu: Gpu;
  readonly #adapter: Adapter;

  constructor(gpu: Gpu, state: AdapterState, weightDecay: number) {
    this.#gpu = gpu;
    this.#adapter = state.adapter;
    const flat = (label: string): GPUBuffer => gpu.createBuffer(label, state.length * 4, STORAGE);
    this.gradients = flat("adapter.gradients");
    this.m = flat("adamw.m");
    this.v = flat("adamw.v");
    const blockBytes = (state.length / PARAMETER_ALIGNMENT) * BLOCK_WORDS * 4;
    this.blocks = gpu.createBuffer("adamw.blocks", blockBytes, STORAGE);
    this.freeze(null);
    const factors = learningRateFactors(state.adapter);
    this.groupTable = gpu.createBuffer(
      "adamw.group_table",
      factors.length * GROUP_BYTES,
      BufferUsage.STORAGE | BufferUsage.COPY_DST,
    );
    const table = factors.flatMap((factor) => [factor, weightDecay]);
    gpu.device.queue.writeBuffer(this.groupTable, 0, Float32Array.from(table));
    this.lossSum = gpu.createBuffer("loss_sum", SCALAR_BYTES.lossSum, STORAGE);
    this.metrics = gpu.createBuffer("step_metrics", SCALAR_BYTES.metrics, STORAGE);
  }

  /** Sets the frozen elements from the next step on; null: none. */
  freeze(frozen: FrozenBits | null): void {
    this.#gpu.device.queue.writeBuffer(this.blocks, 0, blockWords(this.#adapter, frozen));
  }

  /** Zeroes the gradients and the loss sum; called first in every step. */
  beginStep(): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.gradients);
    encoder.clearBuffer(this.lossSum);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    const { gradients, m, v, blocks, groupTable, lossSum, metrics } = this;
    for (const buffer of [gradients, m, v, blocks, groupTable, lossSum, metrics])
      this.#gpu.destroyBuffer(buffer);
  }
}

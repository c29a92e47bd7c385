import { defined } from "../../lib/invariant";
import { type AdapterState, layOutParameters, PARAMETER_ALIGNMENT } from "../adapters/adapter-state";
import type { Adapter, ParameterSpec } from "../adapters/common/method";
import type { Gpu } from "../gpu/device";
import { BufferUsage, STORAGE } from "../gpu/usage";
import { BLOCK_WORDS } from "../ops/adamw";
import type { FrozenBits } from "./frozen";

const SCALAR_BYTES = { lossSum: 4, metrics: 16 } as const;

/** Bytes of a group's learning-rate factor and weight decay. */
const GROUP_BYTES = 8;

/** The learning-rate factors that an adapter's parameters have, each once: a group for each. */
export function learningRateFactors({ parameters }: Adapter): number[] {
  return [...new Set(parameters.map(factorOf))];
}

/** With a learning rate of zero neither gradient nor decay moves what is fixed. */
function factorOf({ learningRateFactor = 1, fixed = false }: ParameterSpec): number {
  return fixed ? 0 : learningRateFactor;
}

/** Bytes of the buffers that {@link OptimizerState} makes for an adapter of `length` flat elements. */
export function optimizerBytes(adapter: Adapter, length: number): number {
  const scalars = Object.values(SCALAR_BYTES).reduce((sum, bytes) => sum + bytes, 0);
  const groups = learningRateFactors(adapter).length * GROUP_BYTES;
  const blocks = (length / PARAMETER_ALIGNMENT) * BLOCK_WORDS * 4;
  return 3 * 4 * length + blocks + groups + scalars;
}

/** The words of each block of parameters, as the optimizer's kernels read them. */
function blockWords(adapter: Adapter, frozen: FrozenBits | null): Uint32Array<ArrayBuffer> {
  const { places, length } = layOutParameters(adapter);
  const factors = learningRateFactors(adapter);
  const words = new Uint32Array((length / PARAMETER_ALIGNMENT) * BLOCK_WORDS);
  adapter.parameters.forEach((parameter, index) => {
    const { offset, count } = defined(places[index], "place");
    const first = offset / PARAMETER_ALIGNMENT;
    const group = factors.indexOf(factorOf(parameter));
    for (let block = first; block < first + Math.ceil(count / PARAMETER_ALIGNMENT); block++) {
      words[block * BLOCK_WORDS] = group;
      if (frozen) words.set(frozen.subarray(2 * block, 2 * block + 2), block * BLOCK_WORDS + 1);
    }
  });
  return words;
}

/** The flat buffers beside the parameters while an adapter trains: gradients and AdamW's two moments. */
export class OptimizerState {
  readonly gradients: GPUBuffer;
  readonly m: GPUBuffer;
  readonly v: GPUBuffer;
  /** Of each block of 64 parameters its group, which is those of one learning-rate factor, and which of it are frozen. */
  readonly blocks: GPUBuffer;
  /** (learning-rate factor, weight decay) of each group. */
  readonly groupTable: GPUBuffer;
  /** Sum of unscaled losses since the last step. */
  readonly lossSum: GPUBuffer;
  /** Gradient norm and the flag of a non-finite one, written by each update. */
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

  /** Says which numbers are frozen from the next step on; null: none. */
  freeze(frozen: FrozenBits | null): void {
    this.#gpu.device.queue.writeBuffer(this.blocks, 0, blockWords(this.#adapter, frozen));
  }

  /** Clears gradients and the loss sum; the first thing of every optimizer step. */
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

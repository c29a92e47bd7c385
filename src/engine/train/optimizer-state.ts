import { defined } from "../../lib/invariant";
import { type AdapterState, layOutParameters, PARAMETER_ALIGNMENT } from "../adapters/adapter-state";
import type { Adapter, ParameterSpec } from "../adapters/common/method";
import type { Gpu } from "../gpu/device";
import { BufferUsage, STORAGE } from "../gpu/usage";

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
  return 3 * 4 * length + (length / PARAMETER_ALIGNMENT) * 4 + groups + scalars;
}

/** The group of each block of parameters. */
function blockGroups(adapter: Adapter, factors: readonly number[]): Uint32Array<ArrayBuffer> {
  const { places, length } = layOutParameters(adapter);
  const groups = new Uint32Array(length / PARAMETER_ALIGNMENT);
  adapter.parameters.forEach((parameter, index) => {
    const { offset, count } = defined(places[index], "place");
    const first = offset / PARAMETER_ALIGNMENT;
    groups.fill(factors.indexOf(factorOf(parameter)), first, first + Math.ceil(count / PARAMETER_ALIGNMENT));
  });
  return groups;
}

/** The flat buffers beside the parameters while an adapter trains: gradients and AdamW's two moments. */
export class OptimizerState {
  readonly gradients: GPUBuffer;
  readonly m: GPUBuffer;
  readonly v: GPUBuffer;
  /** Group of each block of 64 parameters: those of one learning-rate factor. */
  readonly groups: GPUBuffer;
  /** (learning-rate factor, weight decay) of each group. */
  readonly groupTable: GPUBuffer;
  /** Sum of unscaled losses since the last step. */
  readonly lossSum: GPUBuffer;
  /** Gradient norm and the flag of a non-finite one, written by each update. */
  readonly metrics: GPUBuffer;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, state: AdapterState, weightDecay: number) {
    this.#gpu = gpu;
    const flat = (label: string): GPUBuffer => gpu.createBuffer(label, state.length * 4, STORAGE);
    this.gradients = flat("adapter.gradients");
    this.m = flat("adamw.m");
    this.v = flat("adamw.v");
    this.groups = gpu.createBuffer("adamw.groups", (state.length / PARAMETER_ALIGNMENT) * 4, STORAGE);
    const factors = learningRateFactors(state.adapter);
    gpu.device.queue.writeBuffer(this.groups, 0, blockGroups(state.adapter, factors));
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

  /** Clears gradients and the loss sum; the first thing of every optimizer step. */
  beginStep(): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.gradients);
    encoder.clearBuffer(this.lossSum);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    const { gradients, m, v, groups, groupTable, lossSum, metrics } = this;
    for (const buffer of [gradients, m, v, groups, groupTable, lossSum, metrics])
      this.#gpu.destroyBuffer(buffer);
  }
}

import { LuthierError } from "../../lib/errors";
import { defined, invariant } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import type { PipelineCache } from "../gpu/pipelines";
import type { SlotPool } from "../gpu/slot-pool";
import { BufferUsage, STORAGE } from "../gpu/usage";
import { packParams } from "../gpu/kernel";
import { type Plan, type PlannedCall, type PlannedOperand, tooLargeOperand } from "./plan";
import { byteSize, type Value } from "./value";

/** A range of a buffer. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offsetBytes: number;
}

/** Resolves buffers that are not owned by the program. */
export interface BufferResolver {
  /** The buffer range of a constant, parameter, gradient or state. */
  leaf(value: Value): BufferRange;
  /** The buffer of one shard of a frozen matrix. */
  weight(name: string, shard: number): GPUBuffer;
}

/** Host data of a run's inputs, by name. */
export type ProgramInputs = Readonly<Record<string, Float32Array | Uint32Array | Int32Array>>;

interface ReadyCall {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly flops: number;
}

const ALIGNMENT = 256;

/**
 * A compiled plan with prebuilt bind groups. {@link Program.run} writes one input buffer, encodes the dispatches and
 * submits; it allocates, compiles and binds nothing.
 */
export class Program {
  readonly plan: Plan;
  readonly #gpu: Gpu;
  readonly #calls: readonly ReadyCall[];
  readonly #owned: readonly GPUBuffer[];
  readonly #slots: readonly GPUBuffer[];
  readonly #resolver: BufferResolver;
  readonly #inputBuffer: GPUBuffer;
  readonly #inputBytes: Uint8Array<ArrayBuffer>;
  readonly #inputOffsets: ReadonlyMap<string, number>;

  private constructor(parts: ProgramParts) {
    this.plan = parts.plan;
    this.#gpu = parts.gpu;
    this.#calls = parts.calls;
    this.#owned = [parts.uniforms, parts.inputs.buffer];
    this.#slots = parts.slots;
    this.#resolver = parts.resolver;
    this.#inputBuffer = parts.inputs.buffer;
    this.#inputBytes = new Uint8Array(parts.inputs.sizeBytes);
    this.#inputOffsets = parts.inputs.offsets;
  }

  /** Compiles and binds a plan. Errors: a kernel does not compile, a temporary exceeds the binding limit. */
  static async create(
    gpu: Gpu,
    pipelines: PipelineCache,
    plan: Plan,
    pool: SlotPool,
    resolver: BufferResolver,
  ): Promise<Program> {
    checkBindingSizes(gpu, plan);
    const compiled = await pipelines.getAll(plan.calls.map(({ call }) => call.kernel));
    const inputs = createInputs(gpu, plan.inputs);
    const uniforms = createUniforms(gpu, plan.calls);
    const slots = pool.buffersFor(plan.slotBytes);
    const bind = (operand: PlannedOperand): GPUBufferBinding => {
      if (operand.type === "weight") return { buffer: resolver.weight(operand.name, operand.shard) };
      const range = locate(operand, slots, inputs, resolver);
      return { buffer: range.buffer, offset: range.offsetBytes, size: Math.max(4, operand.sizeBytes) };
    };
    const calls = plan.calls.map(({ label, call, operands }, index): ReadyCall => {
      const pipeline = defined(compiled[index], "pipeline");
      const params = {
        buffer: uniforms.buffer,
        offset: uniforms.offsets[index] ?? 0,
        size: uniforms.sizes[index] ?? 16,
      };
      const bindGroup = gpu.device.createBindGroup({
        label,
        layout: pipeline.getBindGroupLayout(0),
        entries: [params, ...operands.map(bind)].map((resource, binding) => ({ binding, resource })),
      });
      const [x, y, z] = call.grid;
      return { pipeline, bindGroup, x, y, z, flops: call.flops ?? 0 };
    });
    return new Program({ gpu, plan, calls, uniforms: uniforms.buffer, inputs, slots, resolver });
  }

  /** Dispatches per run. */
  get dispatches(): number {
    return this.#calls.length;
  }

  /**
   * Writes the inputs and submits all dispatches without waiting. Runs execute in queue order.
   * @param given inputs that are on the GPU, which replace those of the host
   */
  run(inputs: ProgramInputs, given: Readonly<Record<string, BufferRange>> = {}): void {
    this.#writeInputs(inputs);
    const { device, pace } = this.#gpu;
    const { sliceFlops } = pace;
    const started = performance.now();
    let encoder = device.createCommandEncoder();
    this.#copyInputs(encoder, given);
    let pass = encoder.beginComputePass();
    let flops = 0;
    for (const call of this.#calls) {
      if (flops > 0 && flops + call.flops > sliceFlops) {
        pass.end();
        device.queue.submit([encoder.finish()]);
        encoder = device.createCommandEncoder();
        pass = encoder.beginComputePass();
        flops = 0;
      }
      pass.setPipeline(call.pipeline);
      pass.setBindGroup(0, call.bindGroup);
      pass.dispatchWorkgroups(call.x, call.y, call.z);
      flops += call.flops;
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    pace.measure(this.plan.flops, started, device.queue);
  }

  /** Buffer range of a kept value after a run. */
  output(name: string): BufferRange & { readonly sizeBytes: number } {
    const output = defined(this.plan.outputs.get(name), `output ${name}`);
    invariant(output.operand.type !== "weight", `output ${name} is no weight`);
    const inputs = { buffer: this.#inputBuffer, offsets: this.#inputOffsets };
    return {
      ...locate(output.operand, this.#slots, inputs, this.#resolver),
      sizeBytes: byteSize(output.type),
    };
  }

  /** Frees the program's own buffers; slots belong to the pool. */
  destroy(): void {
    for (const buffer of this.#owned) this.#gpu.destroyBuffer(buffer);
  }

  #copyInputs(encoder: GPUCommandEncoder, given: Readonly<Record<string, BufferRange>>): void {
    for (const value of this.plan.inputs) {
      const range = given[value.name];
      if (!range) continue;
      const offset = this.#inputOffsets.get(value.name) ?? 0;
      const { buffer, offsetBytes } = range;
      encoder.copyBufferToBuffer(buffer, offsetBytes, this.#inputBuffer, offset, byteSize(value.type));
    }
  }

  #writeInputs(inputs: ProgramInputs): void {
    for (const value of this.plan.inputs) {
      const data = defined(inputs[value.name], `input ${value.name}`);
      invariant(
        data.byteLength === byteSize(value.type),
        `input ${value.name} has ${data.byteLength} bytes, the plan expects ${byteSize(value.type)}`,
      );
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      this.#inputBytes.set(bytes, this.#inputOffsets.get(value.name) ?? 0);
    }
    if (this.#inputBytes.length > 0)
      this.#gpu.device.queue.writeBuffer(this.#inputBuffer, 0, this.#inputBytes);
  }
}

interface ProgramParts {
  readonly gpu: Gpu;
  readonly plan: Plan;
  readonly calls: readonly ReadyCall[];
  readonly uniforms: GPUBuffer;
  readonly inputs: InputLayout & { readonly sizeBytes: number };
  readonly slots: readonly GPUBuffer[];
  readonly resolver: BufferResolver;
}

interface InputLayout {
  readonly buffer: GPUBuffer;
  readonly offsets: ReadonlyMap<string, number>;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function locate(
  operand: Exclude<PlannedOperand, { type: "weight" }>,
  slots: readonly GPUBuffer[],
  inputs: InputLayout,
  resolver: BufferResolver,
): BufferRange {
  const { offsetBytes } = operand;
  if (operand.type === "slot") return { buffer: defined(slots[operand.slot], "slot buffer"), offsetBytes };
  const { value } = operand;
  const leaf =
    value.storage === "input"
      ? { buffer: inputs.buffer, offsetBytes: defined(inputs.offsets.get(value.name), value.name) }
      : resolver.leaf(value);
  return { buffer: leaf.buffer, offsetBytes: leaf.offsetBytes + offsetBytes };
}

/** Sizes of the input and uniform buffers that a program of this plan owns. */
export function programBytes(plan: Plan): { readonly inputs: number; readonly uniforms: number } {
  // Minimum buffer size, for a plan without inputs.
  const inputs = Math.max(4, placeInputs(plan.inputs).sizeBytes);
  return { inputs, uniforms: packUniforms(plan.calls).arena.length };
}

function placeInputs(values: readonly Value[]): { offsets: ReadonlyMap<string, number>; sizeBytes: number } {
  const offsets = new Map<string, number>();
  let sizeBytes = 0;
  for (const value of values) {
    offsets.set(value.name, sizeBytes);
    sizeBytes += align(byteSize(value.type));
  }
  return { offsets, sizeBytes };
}

function createInputs(gpu: Gpu, values: readonly Value[]): InputLayout & { sizeBytes: number } {
  const layout = placeInputs(values);
  return { buffer: gpu.createBuffer("program.inputs", layout.sizeBytes, STORAGE), ...layout };
}

/** Offset and size of each call's params in the shared uniform buffer. */
interface UniformLayout {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}

/** Packs all calls' params; equal blocks are shared. */
function packUniforms(calls: readonly PlannedCall[]): UniformLayout & { arena: Uint8Array<ArrayBuffer> } {
  const packed = calls.map(({ call }) => new Uint8Array(packParams(call.kernel, call.params)));
  const known = new Map<string, number>();
  const blocks: { bytes: Uint8Array; offset: number }[] = [];
  let end = 0;
  const offsets = packed.map((bytes) => {
    const key = bytes.join();
    const offset = known.get(key);
    if (offset !== undefined) return offset;
    known.set(key, end);
    blocks.push({ bytes, offset: end });
    end += align(bytes.length);
    return end - align(bytes.length);
  });
  const arena = new Uint8Array(Math.max(16, end));
  for (const { bytes, offset } of blocks) arena.set(bytes, offset);
  return { arena, offsets, sizes: packed.map((bytes) => bytes.length) };
}

function createUniforms(gpu: Gpu, calls: readonly PlannedCall[]): UniformLayout & { buffer: GPUBuffer } {
  const { arena, ...layout } = packUniforms(calls);
  const buffer = gpu.createBuffer("program.params", arena.length, BufferUsage.UNIFORM | BufferUsage.COPY_DST);
  gpu.device.queue.writeBuffer(buffer, 0, arena);
  return { buffer, ...layout };
}

function checkBindingSizes({ info: { maxBindingBytes } }: Gpu, plan: Plan): void {
  const operand = tooLargeOperand(plan, maxBindingBytes);
  if (!operand) return;
  const tensor = operand.type === "slot" ? null : operand.value.name;
  throw new LuthierError({
    code: "out-of-memory/binding",
    tensor,
    bytes: operand.sizeBytes,
    maxBindingBytes,
  });
}

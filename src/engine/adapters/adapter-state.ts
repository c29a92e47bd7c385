import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import { readBytes } from "../gpu/readback";
import { STORAGE } from "../gpu/usage";
import type { BufferRange } from "../graph/program";
import { elementCount, sameShape } from "../graph/value";
import { readAllValues, readValues, type TensorSource } from "../weights/tensor-source";
import type { Adapter, HostTensor, InitContext, Random } from "./common/method";

/** Parameter offsets are multiples of this many elements, so that each can be bound separately. */
export const PARAMETER_ALIGNMENT = 64;

/** A parameter's location in the flat buffers, in elements. */
export interface ParameterRange {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly count: number;
}

/** Assigns aligned offsets; `length` is the flat buffers' element count. */
export function layOutParameters(adapter: Adapter): { places: ParameterRange[]; length: number } {
  let length = 0;
  const places = adapter.parameters.map(({ name, shape }) => {
    const count = elementCount(shape);
    const place = { name, shape, offset: length, count };
    length += Math.ceil(count / PARAMETER_ALIGNMENT) * PARAMETER_ALIGNMENT;
    return place;
  });
  return { places, length };
}

/** Number of trainable elements without padding; with a selection, those it keeps. */
export function trainableCount(adapter: Adapter): number {
  if (adapter.selection) return adapter.selection.kept;
  return adapter.parameters.reduce((sum, { shape, fixed }) => sum + (fixed ? 0 : elementCount(shape)), 0);
}

/** Parameter values of an adapter in a flat f32 GPU buffer. */
export class AdapterState {
  readonly adapter: Adapter;
  readonly buffer: GPUBuffer;
  /** Elements of the flat buffer. */
  readonly length: number;
  readonly #gpu: Gpu;
  readonly #places: ReadonlyMap<string, ParameterRange>;

  constructor(gpu: Gpu, adapter: Adapter) {
    this.adapter = adapter;
    this.#gpu = gpu;
    const { places, length } = layOutParameters(adapter);
    this.length = length;
    checkLength(gpu, length);
    this.#places = new Map(places.map((place) => [place.name, place]));
    this.buffer = gpu.createBuffer("adapter.parameters", length * 4, STORAGE);
  }

  /** Creates a state with values. Errors as {@link AdapterState.write}; partial allocations are freed. */
  static of(gpu: Gpu, adapter: Adapter, values: ReadonlyMap<string, HostTensor>): AdapterState {
    const state = new AdapterState(gpu, adapter);
    try {
      state.write(values);
      return state;
    } catch (error) {
      state.destroy();
      throw error;
    }
  }

  /** Byte range of a parameter in a flat buffer. */
  range(name: string, buffer: GPUBuffer): BufferRange {
    return { buffer, offsetBytes: defined(this.#places.get(name), `parameter ${name}`).offset * 4 };
  }

  /** Uploads all parameters, by default to the state's own buffer. Errors as {@link checkParameters}. */
  write(values: ReadonlyMap<string, HostTensor>, buffer = this.buffer): void {
    checkParameters(this.adapter, values);
    const flat = new Float32Array(this.length);
    for (const { name, offset } of this.#places.values())
      flat.set(defined(values.get(name), name).data, offset);
    this.#gpu.device.queue.writeBuffer(buffer, 0, flat);
  }

  /** Reads all parameters back. */
  async read(buffer = this.buffer): Promise<Map<string, HostTensor>> {
    const bytes = await readBytes(this.#gpu, { buffer, offsetBytes: 0, sizeBytes: this.length * 4 });
    const flat = new Float32Array(bytes);
    return new Map(
      [...this.#places.values()].map(({ name, shape, offset, count }) => [
        name,
        { shape, data: flat.slice(offset, offset + count) },
      ]),
    );
  }

  destroy(): void {
    this.#gpu.destroyBuffer(this.buffer);
  }
}

/** Throws, with the parameter's name, on missing, superfluous or misshapen values. */
export function checkParameters(
  { parameters }: Pick<Adapter, "parameters">,
  values: ReadonlyMap<string, Pick<HostTensor, "shape">>,
): void {
  for (const { name, shape } of parameters) {
    const tensor = values.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    const found = tensor?.shape ?? null;
    throw new LuthierError({ code: "adapter/parameter-shape", parameter: name, found, expected: shape });
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const [name, { shape }] of values) {
    if (known.has(name)) continue;
    throw new LuthierError({ code: "adapter/unknown-parameter", parameter: name, shape });
  }
}

/** The optimizer kernel binds each flat buffer as a whole. */
function checkLength(gpu: Gpu, length: number): void {
  const { maxBindingBytes } = gpu.info;
  if (4 * length <= maxBindingBytes) return;
  throw new LuthierError({ code: "out-of-memory/parameters", bytes: 4 * length, maxBindingBytes });
}

/** Initialises all parameters. */
export async function initialValues(
  adapter: Adapter,
  context: InitContext,
): Promise<Map<string, HostTensor>> {
  const values = new Map<string, HostTensor>();
  for (const { name, shape, init } of adapter.parameters)
    values.set(name, { shape, data: await init(context) });
  return values;
}

/** Reads frozen tensors from their files for initialisation. */
export function initContext(
  tensors: ReadonlyMap<string, TensorSource>,
  random: Random,
  tokenize: (text: string) => readonly number[],
  experts: ReadonlyMap<string, HostTensor> = new Map(),
): InitContext {
  const source = (name: string): TensorSource => defined(tensors.get(name), `tensor ${name}`);
  return {
    random,
    tokenize,
    experts,
    async baseRows(name, rows) {
      const columns = source(name).shape[1] ?? 1;
      const result = new Float32Array(rows.length * columns);
      for (const [index, row] of rows.entries()) {
        result.set(await readValues(source(name), row * columns, columns), index * columns);
      }
      return result;
    },
    baseVector: (name) => readAllValues(source(name)),
  };
}

import { LuthierError, cancelled } from "../../lib/errors";
import { defined, invariant } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import { STORAGE } from "../gpu/usage";
import type { WeightRef } from "../graph/op";
import { isFloatType, storedBytes } from "../../formats/quantised/block-types";
import { packedBytes, storageLayout, unitRows } from "./storage-layout";
import { readAllValues, sourceBytes, type TensorDtype, type TensorSource, transposed } from "./tensor-source";
import { matrixRef, shardBytes, type WeightShapes } from "./weight-shapes";

/** How a model family declares one of its tensors. */
export interface WeightDeclaration {
  readonly name: string;
  /** Shape in Hugging Face checkpoints. */
  readonly shape: readonly number[];
  /**
   * - `matrix`: (rows, columns) in its stored precision
   * - `conv1d`: stored (in, out) as in GPT-2, uploaded transposed to (out, in)
   * - `vector`: widened to f32
   */
  readonly layout: "matrix" | "conv1d" | "vector";
}

/** Upload chunk size in bytes. */
const CHUNK_BYTES = 8 * 2 ** 20;

/** The frozen weights of one model on the GPU: matrices in their stored precision, vectors in f32. */
export class WeightStore implements WeightShapes {
  readonly #gpu: Gpu;
  readonly #base: WeightStore | null;
  readonly #matrices = new Map<string, { ref: WeightRef; shards: GPUBuffer[] }>();
  readonly #vectors = new Map<string, { buffer: GPUBuffer; length: number }>();

  /** @param base fallback for tensors that this store lacks (another model's weights); must outlive it */
  constructor(gpu: Gpu, base: WeightStore | null = null) {
    this.#gpu = gpu;
    this.#base = base;
  }

  matrix(name: string): WeightRef {
    return this.#matrices.get(name)?.ref ?? defined(this.#base, `matrix ${name}`).matrix(name);
  }

  vectorLength(name: string): number {
    return this.#vectors.get(name)?.length ?? defined(this.#base, `vector ${name}`).vectorLength(name);
  }

  /** Size of the store's own buffers, excluding those of `base`. */
  get sizeBytes(): number {
    const shards = [...this.#matrices.values()].flatMap((matrix) => matrix.shards);
    const vectors = [...this.#vectors.values()].map(({ buffer }) => buffer);
    return [...shards, ...vectors].reduce((sum, { size }) => sum + size, 0);
  }

  shardBuffer(name: string, shard: number): GPUBuffer {
    const own = this.#matrices.get(name);
    if (!own) return defined(this.#base, `shard ${shard} of ${name}`).shardBuffer(name, shard);
    return defined(own.shards[shard], `shard ${shard} of ${name}`);
  }

  constantBuffer(name: string): GPUBuffer {
    return this.#vectors.get(name)?.buffer ?? defined(this.#base, `constant ${name}`).constantBuffer(name);
  }

  /** Uploads a constant computed by the engine (a table). */
  addConstant(name: string, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
    if (this.#vectors.has(name)) return;
    const buffer = this.#gpu.createBuffer(name, data.byteLength, STORAGE);
    this.#gpu.device.queue.writeBuffer(buffer, 0, data);
    this.#vectors.set(name, { buffer, length: data.length });
  }

  /**
   * Uploads one tensor in chunks. Errors name the tensor and both shapes.
   *
   * @param onBytes called with the size of each chunk
   */
  async load(
    declaration: WeightDeclaration,
    source: TensorSource,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { name, shape, layout } = declaration;
    if (source.shape.join() !== shape.join()) {
      const found = source.shape;
      throw new LuthierError({ code: "model/tensor-shape", tensor: name, found, expected: shape });
    }
    if (layout === "vector") {
      this.addConstant(name, await readAllValues(source));
      if (signal?.aborted) throw cancelled();
      onBytes(sourceBytes(source));
    } else if (layout === "conv1d") {
      await this.#loadConv1d(declaration, source, onBytes, signal);
    } else {
      const [rows, columns] = shape as [number, number];
      await this.#loadMatrix({ name, rows, columns }, source, onBytes, signal);
    }
  }

  /** Frees everything. */
  destroy(): void {
    for (const { shards } of this.#matrices.values())
      for (const buffer of shards) this.#gpu.destroyBuffer(buffer);
    for (const { buffer } of this.#vectors.values()) this.#gpu.destroyBuffer(buffer);
    this.#matrices.clear();
    this.#vectors.clear();
  }

  /** Uploads a row-major matrix. */
  async #loadMatrix(
    { name, rows, columns }: MatrixSize,
    source: TensorSource,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { dtype } = source;
    const { pack } = storageLayout(dtype);
    const buffers = this.#createMatrix(name, rows, columns, dtype);
    const stored = (row: number): number => storedBytes(dtype, row * columns);
    const least = unitRows(dtype, columns);
    const step = Math.max(1, Math.floor(CHUNK_BYTES / stored(least))) * least;
    for (const [index, { rowStart, rows: count }] of this.matrix(name).shards.entries()) {
      for (let row = 0; row < count; row += step) {
        const end = rowStart + Math.min(row + step, count);
        const bytes = await source.read(stored(rowStart + row), stored(end));
        if (signal?.aborted) throw cancelled();
        const at = packedBytes(dtype, row * columns);
        this.#gpu.device.queue.writeBuffer(defined(buffers[index], "shard"), at, pack(bytes));
        onBytes(bytes.length);
      }
    }
  }

  /** Uploads an (in, out) matrix as (out, in), transposing unless the file already holds the transpose. */
  async #loadConv1d(
    { name, shape }: WeightDeclaration,
    source: TensorSource,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const [inFeatures, outFeatures] = shape as [number, number];
    const size = { name, rows: outFeatures, columns: inFeatures };
    if (source.isTransposed) return this.#loadMatrix(size, source, onBytes, signal);
    invariant(isFloatType(source.dtype), `${name} is stored as (in, out) in blocks`);
    const stored = await source.read(0, sourceBytes(source));
    const bytes = transposeFloats(stored, inFeatures, outFeatures, source.dtype);
    const transposedSource = {
      ...source,
      read: (start: number, end: number) => Promise.resolve(bytes.slice(start, end)),
    };
    await this.#loadMatrix(size, transposedSource, onBytes, signal);
  }

  #createMatrix(name: string, rows: number, columns: number, dtype: TensorDtype): GPUBuffer[] {
    const ref = matrixRef(name, rows, columns, dtype, this.#gpu.info.maxBindingBytes);
    const buffers = shardBytes(ref, dtype).map((sizeBytes, index) =>
      this.#gpu.createBuffer(`${name}#${index}`, sizeBytes, STORAGE),
    );
    this.#matrices.set(name, { ref, shards: buffers });
    return buffers;
  }
}

interface MatrixSize {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** Transposes a float matrix given as bytes. */
function transposeFloats(
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
  columns: number,
  dtype: TensorDtype,
): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const ArrayType = dtype === "F32" ? Uint32Array : Uint16Array;
  return new Uint8Array(transposed(new ArrayType(buffer, byteOffset, rows * columns), rows, columns).buffer);
}

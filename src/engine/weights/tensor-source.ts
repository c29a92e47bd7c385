import type { ModelTensor } from "../../formats/model-weights";
import {
  blockLayout,
  type BlockType,
  type FloatType,
  isBlockType,
  isFloatType,
  storedBytes,
} from "../../formats/quantised/block-types";
import { dequantise } from "../../formats/quantised/dequantise";
import { LuthierError } from "../../lib/errors";

/** Stored types the engine computes with. */
export type TensorDtype = FloatType | BlockType;

/** A stored tensor that can be read piece by piece. */
export interface TensorSource {
  /** Hugging Face tensor name. */
  readonly name: string;
  readonly dtype: TensorDtype;
  /** Shape as Hugging Face stores it. */
  readonly shape: readonly number[];
  /** True when the bytes hold the transpose of a matrix of that shape (GPT-2's layers in GGUF). */
  readonly isTransposed?: boolean;
  /** The type of the numbers in the file, where they are quantised as they are read. */
  readonly fileDtype?: FloatType | undefined;
  /** Bytes `start` … `end` of the tensor's own data; for types in blocks both lie between blocks. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A tensor of a model's files, whether or not the engine can compute with it. */
export type StoredTensor = Omit<TensorSource, "dtype"> & Pick<ModelTensor, "dtype">;

/** A tensor of a model's files. Errors: an element type that the engine does not compute with. */
export function safetensorsTensor(tensor: StoredTensor): TensorSource {
  const { name, dtype } = tensor;
  if (!isFloatType(dtype) && !isBlockType(dtype))
    throw new LuthierError({ code: "model/element-type", tensor: name, dtype });
  return { ...tensor, dtype };
}

/**
 * Numbers `first` … `first + count` of a tensor in f32, in the order in which they are stored; what is quantised is
 * widened.
 */
export async function readValues(
  { dtype, read }: TensorSource,
  first: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const { elements } = blockLayout(dtype);
  const start = Math.floor(first / elements) * elements;
  const bytes = await read(storedBytes(dtype, start), storedBytes(dtype, first + count));
  return dequantise(dtype, bytes, first + count - start).slice(first - start);
}

/** All numbers of a tensor in f32, in the order of its shape. */
export async function readAllValues(source: TensorSource): Promise<Float32Array<ArrayBuffer>> {
  const [rows = 1, columns = 1] = source.shape;
  const values = await readValues(source, 0, elementsOf(source));
  return source.isTransposed ? new Float32Array(transposed(values, columns, rows).buffer) : values;
}

/** How many numbers a tensor holds. */
export function elementsOf({ shape }: Pick<TensorSource, "shape">): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of all of a tensor, as stored. */
export function sourceBytes(source: Pick<TensorSource, "dtype" | "shape">): number {
  return storedBytes(source.dtype, elementsOf(source));
}

type Numbers = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** The transpose of a matrix (rows, columns), in an array of the same type. */
export function transposed<T extends Numbers>(source: T, rows: number, columns: number): T {
  const target = source.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      target[column * rows + row] = source[row * columns + column] ?? 0;
    }
  }
  return target;
}

import { product } from "../../lib/numbers";
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

/** Stored types supported by the engine. */
export type TensorDtype = FloatType | BlockType;

/** A stored tensor that supports range reads. */
export interface TensorSource {
  /** Hugging Face tensor name. */
  readonly name: string;
  readonly dtype: TensorDtype;
  /** Shape as Hugging Face stores it. */
  readonly shape: readonly number[];
  /** True when the data is the transpose of `shape` (GPT-2's layers in GGUF). */
  readonly isTransposed?: boolean;
  /** Original dtype in the file, when the tensor is quantised on load. */
  readonly fileDtype?: FloatType | undefined;
  /** Bytes `start` … `end` of the tensor's data, on block boundaries for block types. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A tensor of a model's files, whether or not the engine can compute with it. */
export type StoredTensor = Omit<TensorSource, "dtype"> & Pick<ModelTensor, "dtype">;

/** Wraps a tensor of a model file. Errors: an unsupported dtype. */
export function safetensorsTensor(tensor: StoredTensor): TensorSource {
  const { name, dtype } = tensor;
  if (!isFloatType(dtype) && !isBlockType(dtype))
    throw new LuthierError({ code: "model/element-type", tensor: name, dtype });
  return { ...tensor, dtype };
}

/** Elements `first` … `first + count` in storage order as f32, dequantised if needed. */
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

/** All elements as f32, in the order of the tensor's shape. */
export async function readAllValues(source: TensorSource): Promise<Float32Array<ArrayBuffer>> {
  const [rows = 1, columns = 1] = source.shape;
  const values = await readValues(source, 0, product(source.shape));
  return source.isTransposed ? new Float32Array(transposed(values, columns, rows).buffer) : values;
}

/** Stored size of a tensor in bytes. */
export function sourceBytes(source: Pick<TensorSource, "dtype" | "shape">): number {
  return storedBytes(source.dtype, product(source.shape));
}

type Numbers = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Transposes a (rows, columns) matrix into an array of the same type. */
export function transposed<T extends Numbers>(source: T, rows: number, columns: number): T {
  const target = source.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      target[column * rows + row] = source[row * columns + column] ?? 0;
    }
  }
  return target;
}

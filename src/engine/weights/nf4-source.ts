import { product } from "../../lib/numbers";
import { isFloatType } from "../../formats/quantised/block-types";
import { Nf4Quantiser, nf4Type, packNf4, packNf4Double, quantiseScales } from "../../formats/quantised/nf4";
import type { Quantization } from "../../shared/model";
import { readAllValues, readValues, type TensorDtype, type TensorSource, transposed } from "./tensor-source";

/** Elements quantised per chunk. */
const CHUNK_ELEMENTS = 2 ** 20;

/** The dtype of a matrix after quantisation; quantised matrices keep theirs. */
export function quantisedDtype(
  dtype: TensorDtype,
  { doubleQuantization, blockSize }: Quantization,
): TensorDtype {
  return isFloatType(dtype) ? nf4Type(blockSize, doubleQuantization) : dtype;
}

/**
 * Quantises a float matrix to NF4, as QLoRA does with frozen linear layers. The whole matrix is quantised on first read
 * and held by a weak reference. A layer stored as (in, out) is transposed first.
 */
export function nf4Source(source: TensorSource, isConv1d: boolean, options: Quantization): TensorSource {
  const dtype = quantisedDtype(source.dtype, options);
  if (dtype === source.dtype) return source;
  let made = new WeakRef<Uint8Array<ArrayBuffer>>(new Uint8Array(0));
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const known = made.deref();
    if (known && known.length > 0) return known;
    const fresh = await quantise(source, isConv1d, options);
    made = new WeakRef(fresh);
    return fresh;
  };
  const isTransposed = isConv1d;
  const fileDtype = isFloatType(source.dtype) ? source.dtype : undefined;
  return {
    ...source,
    dtype,
    fileDtype,
    isTransposed,
    read: async (start, end) => (await bytes()).slice(start, end),
  };
}

async function quantise(
  source: TensorSource,
  isConv1d: boolean,
  { doubleQuantization, blockSize }: Quantization,
): Promise<Uint8Array<ArrayBuffer>> {
  const elements = product(source.shape);
  const quantiser = new Nf4Quantiser(elements, blockSize);
  if (isConv1d && !source.isTransposed) {
    const [inFeatures = 1, outFeatures = 1] = source.shape;
    quantiser.add(transposed(await readAllValues(source), inFeatures, outFeatures));
  } else {
    for (let start = 0; start < elements; start += CHUNK_ELEMENTS) {
      quantiser.add(await readValues(source, start, Math.min(CHUNK_ELEMENTS, elements - start)));
    }
  }
  const { matrix } = quantiser;
  return doubleQuantization ? packNf4Double(matrix, quantiseScales(matrix.absmax)) : packNf4(matrix);
}

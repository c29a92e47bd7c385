import { invariant } from "../../lib/invariant";
import type { ByteSource } from "../byte-source";
import type { ModelTensor } from "../model-weights";
import { storedBytes } from "../quantised/block-types";
import type { GgufTensor } from "./header";

/** A stored tensor, renamed. */
export function plainTensor(source: ByteSource, tensor: GgufTensor, name: string): ModelTensor {
  const { dtype, shape, start, end } = tensor;
  return {
    name,
    dtype,
    shape,
    sizeBytes: end - start,
    read(from, to) {
      invariant(0 <= from && from <= to && to <= end - start, `${name}: bytes ${from} to ${to}`);
      return source.read(start + from, start + to);
    },
  };
}

/** The transpose (in, out) of a stored matrix, as Hugging Face has it. */
export function transposedTensor(tensor: ModelTensor): ModelTensor {
  return { ...tensor, shape: [...tensor.shape].reverse(), isTransposed: true };
}

/** Subtracts a constant from a vector: llama.cpp adds Gemma's 1 to norm weights. */
export function offsetTensor(tensor: ModelTensor, offset: number): ModelTensor {
  return {
    ...tensor,
    async read(from, to) {
      const bytes = (await tensor.read(from, to)).slice();
      const values = new Float32Array(bytes.buffer);
      values.forEach((value, i) => (values[i] = value - offset));
      return bytes;
    },
  };
}

/**
 * Restores Hugging Face's row order of a query or key projection. llama.cpp rotates adjacent rows of a head, Hugging
 * Face rows i and i + half; so stored row 2 i + s of a head is row s · half + i here. Rows are whole blocks, so no
 * dequantisation is needed.
 */
export function deinterleavedHeads(tensor: ModelTensor, heads: number): ModelTensor {
  const [rows = 0, columns = 1] = tensor.shape;
  const rowBytes = storedBytes(tensor.dtype as GgufTensor["dtype"], columns);
  const headRows = rows / heads;
  const half = headRows / 2;
  const headBytes = headRows * rowBytes;
  return {
    ...tensor,
    async read(from, to) {
      const first = Math.floor(from / headBytes);
      const last = Math.ceil(to / headBytes);
      const stored = await tensor.read(first * headBytes, last * headBytes);
      const ordered = new Uint8Array(stored.length);
      for (let row = 0; row < stored.length / rowBytes; row++) {
        const [head, at] = [Math.floor(row / headRows), row % headRows];
        const place = head * headRows + (at % 2) * half + (at >> 1);
        ordered.set(stored.subarray(row * rowBytes, (row + 1) * rowBytes), place * rowBytes);
      }
      return ordered.slice(from - first * headBytes, to - first * headBytes);
    },
  };
}

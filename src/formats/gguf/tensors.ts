import { invariant } from "../../lib/invariant";
import type { ByteSource } from "../byte-source";
import type { ModelTensor } from "../model-weights";
import { storedBytes } from "../quantised/block-types";
import type { GgufTensor } from "./header";

/** A tensor of the file under another name, as it lies there. */
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

/** A matrix (out, in) of the file as the transpose that Hugging Face stores, (in, out). */
export function transposedTensor(tensor: ModelTensor): ModelTensor {
  return { ...tensor, shape: [...tensor.shape].reverse(), isTransposed: true };
}

/** A vector of the file less a number: llama.cpp adds Gemma's 1 to the norms before it stores them. */
export function lessenedTensor(tensor: ModelTensor, offset: number): ModelTensor {
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
 * The rows of a query or key projection in Hugging Face's order. llama.cpp turns neighbouring rows of a head where
 * Hugging Face turns row i and row i + half, so it stores each head's halves row by row in turn: row 2 i + s of a head
 * is row s · half + i of Hugging Face's. Rows are whole blocks, so that nothing has to be widened.
 */
export function unmixedHeads(tensor: ModelTensor, heads: number): ModelTensor {
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

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
 * Face rows i and i + half; so row s · half + i here is stored row 2 i + s of a head.
 */
export function deinterleavedHeads(tensor: ModelTensor, heads: number): ModelTensor {
  const headRows = (tensor.shape[0] ?? 0) / heads;
  const half = headRows / 2;
  return reorderedRows(tensor, (row) => {
    const at = row % headRows;
    return row - at + (at % half) * 2 + Math.floor(at / half);
  });
}

/** Restores the order by head of a projection whose rows are all queries, then all keys, then all values. */
export function rowsByHead(tensor: ModelTensor, heads: number): ModelTensor {
  const headDim = (tensor.shape[0] ?? 0) / heads / 3;
  return reorderedRows(tensor, (row) => {
    const [head, part] = [Math.floor(row / headDim / 3), Math.floor(row / headDim) % 3];
    return (part * heads + head) * headDim + (row % headDim);
  });
}

/**
 * A tensor whose row r is the stored row `storedRow(r)`. Rows are whole blocks, so no dequantisation is needed. Neighbours
 * are read at once.
 */
function reorderedRows(tensor: ModelTensor, storedRow: (row: number) => number): ModelTensor {
  const [, columns = 1] = tensor.shape;
  const rowBytes = storedBytes(tensor.dtype as GgufTensor["dtype"], columns);
  return {
    ...tensor,
    async read(from, to) {
      const first = Math.floor(from / rowBytes);
      const last = Math.ceil(to / rowBytes);
      const places = Array.from({ length: last - first }, (_, index) => storedRow(first + index));
      const ordered = new Uint8Array(places.length * rowBytes);
      const sorted = places.map((stored, index) => ({ stored, index })).sort((a, b) => a.stored - b.stored);
      for (let at = 0; at < sorted.length;) {
        const start = sorted[at]?.stored ?? 0;
        let end = at;
        while (sorted[end]?.stored === start + end - at) end++;
        const bytes = await tensor.read(start * rowBytes, (start + end - at) * rowBytes);
        for (const { stored, index } of sorted.slice(at, end))
          ordered.set(
            bytes.subarray((stored - start) * rowBytes, (stored - start + 1) * rowBytes),
            index * rowBytes,
          );
        at = end;
      }
      return ordered.slice(from - first * rowBytes, to - first * rowBytes);
    },
  };
}

/** Maps a row index in llama.cpp's order to Hugging Face's. */
export type RowOrder = (row: number) => number;

type Numbers = Float32Array<ArrayBuffer>;

/**
 * llama.cpp rotates adjacent rows of a head, Hugging Face rows i and i + half: row 2 i + s of a head is row s · half +
 * i in Hugging Face's order.
 */
export function interleavedRow(headDim: number): RowOrder {
  const half = headDim / 2;
  return (row) => {
    const at = row % headDim;
    return row - at + (at % 2) * half + (at >> 1);
  };
}

/** BLOOM interleaves query, key and value per head; llama.cpp concatenates all queries, keys and values. */
export function bloomRow(heads: number, headDim: number): RowOrder {
  return (row) => {
    const part = Math.floor(row / (heads * headDim));
    const head = Math.floor(row / headDim) % heads;
    return (head * 3 + part) * headDim + (row % headDim);
  };
}

/** Permutes the rows of a matrix, or the elements of a vector. */
export function reordered(values: Numbers, rows: number, order: RowOrder): Numbers {
  const width = values.length / rows;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const from = order(row) * width;
    out.set(values.subarray(from, from + width), row * width);
  }
  return out;
}

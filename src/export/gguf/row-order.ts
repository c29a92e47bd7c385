/** The row of a Hugging Face tensor that stands at a row of llama.cpp's. */
export type RowOrder = (row: number) => number;

type Numbers = Float32Array<ArrayBuffer>;

/**
 * llama.cpp turns neighbouring rows of a head where Hugging Face turns row i and row i + half: row 2 i + s of a head is row
 * s · half + i of Hugging Face's.
 */
export function mixedRow(headDim: number): RowOrder {
  const half = headDim / 2;
  return (row) => {
    const at = row % headDim;
    return row - at + (at % 2) * half + (at >> 1);
  };
}

/** BLOOM has the query, key and value of each head side by side; llama.cpp wants all queries, all keys, all values. */
export function bloomRow(heads: number, headDim: number): RowOrder {
  return (row) => {
    const part = Math.floor(row / (heads * headDim));
    const head = Math.floor(row / headDim) % heads;
    return (head * 3 + part) * headDim + (row % headDim);
  };
}

/** A matrix, or a vector, with its rows in another order. */
export function reordered(values: Numbers, rows: number, order: RowOrder): Numbers {
  const width = values.length / rows;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const from = order(row) * width;
    out.set(values.subarray(from, from + width), row * width);
  }
  return out;
}

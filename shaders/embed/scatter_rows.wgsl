// y[rows[i]] = x[i]: x (count / width, width), y (params.rows, width); out-of-range indices are dropped. Indices must
// be unique; other rows of y are unchanged.
struct Params {
  // In elements, like the width of a row.
  count: u32,
  width: u32,
  rows: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  let row = rows[i / params.width];
  if (row < params.rows) {
    y[row * params.width + i % params.width] = x[i];
  }
}

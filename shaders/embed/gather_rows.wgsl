// y[i] = x[rows[i]]: x (params.rows, width), y (count / width, width); zeros if the index is out of range. Overwrites
// y.
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
  var value = Element(0.0);
  if (row < params.rows) {
    value = x[row * params.width + i % params.width];
  }
  y[i] = value;
}

// y[b,c,r] = x[b,r,c] for x (blocks, rows, columns). Overwrites y.
struct Params {
  count: u32,
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  let row = i % params.rows;
  let column = (i / params.rows) % params.columns;
  let block = i / (params.rows * params.columns);
  y[i] = x[(block * params.rows + row) * params.columns + column];
}

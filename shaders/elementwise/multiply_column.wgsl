// y[r,c] = x[r,c] · g[r]. Overwrites y (rows, columns).
struct Params {
  // In elements, like the columns.
  count: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = x[i] * g[i / params.columns];
}

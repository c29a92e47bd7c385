// y[r,c] = x[r,c] + b[c]; overwrites y (rows, columns). Sizes are in elements.
struct Params {
  count: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> b: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = x[i] + b[i % params.columns];
}

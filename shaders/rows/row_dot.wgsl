// y[r] = Σ_c a[r,c] · b[r,c]; overwrites y (rows). One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Element>;
@group(0) @binding(2) var<storage, read> b: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn compute_row(row: u32, lane: u32) {
  let start = row * params.columns;
  var products = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    products += a[start + i] * b[start + i];
  }
  let sum = sum_lanes(fold(products), lane);
  if (lane == 0u) {
    y[row] = sum;
  }
}

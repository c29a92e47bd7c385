// Gradient of layer_norm or rms_norm with respect to w: dw[c] = Σ_rows dy · n with the normalised x before the weight, n.
// Overwrites dw (columns), or accumulates if params.accumulate is 1.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> x: array<Element>;
@group(0) @binding(4) var<storage, read_write> sums: array<Element>;

fn term(row: u32, column: u32) -> Element {
  let i = row * params.columns + column;
  return dy[i] * normalised(x[i], row);
}

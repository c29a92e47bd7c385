// Gradient of rms_norm with respect to x. For each row, with n = x · inverse_rms and g = dy · (weight_offset + w):
//   dx = inverse_rms · (g - n · mean(g · n))
// Overwrites dx (rows, columns), or accumulates if params.accumulate is 1. One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  weight_offset: f32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> x: array<Element>;
@group(0) @binding(3) var<storage, read> weight: array<Element>;
@group(0) @binding(4) var<storage, read> inverse_rms: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<Element>;

fn compute_row(row: u32, lane: u32) {
  let start = row * params.columns;
  let inverse = inverse_rms[row];
  var products = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    products += dy[start + i] * (weight[i] + params.weight_offset) * x[start + i];
  }
  let mean = sum_lanes(fold(products), lane) * inverse / f32(params.columns * WIDTH);
  for (var i = lane; i < params.columns; i += LANES) {
    let g = dy[start + i] * (weight[i] + params.weight_offset);
    var value = inverse * (g - x[start + i] * inverse * mean);
    if (params.accumulate == 1u) {
      value += dx[start + i];
    }
    dx[start + i] = value;
  }
}

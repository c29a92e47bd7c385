// Gradient of layer_norm with respect to x. For each row, with n = (x - mean) · inverse and g = dy · w:
//   dx = inverse · (g - mean(g) - n · mean(g · n))
// Overwrites dx (rows, columns), or accumulates if params.accumulate is 1. One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> x: array<Element>;
@group(0) @binding(3) var<storage, read> weight: array<Element>;
@group(0) @binding(4) var<storage, read> statistics: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> dx: array<Element>;

fn compute_row(row: u32, lane: u32) {
  let start = row * params.columns;
  let mean = statistics[row].x;
  let inverse = statistics[row].y;
  var sum = Element(0.0);
  var products = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    let g = dy[start + i] * weight[i];
    sum += g;
    products += g * (x[start + i] - mean);
  }
  let sums = sum_lane_pairs(vec2(fold(sum), fold(products) * inverse), lane) / f32(params.columns * WIDTH);
  for (var i = lane; i < params.columns; i += LANES) {
    let g = dy[start + i] * weight[i];
    var value = inverse * (g - sums.x - (x[start + i] - mean) * inverse * sums.y);
    if (params.accumulate == 1u) {
      value += dx[start + i];
    }
    dx[start + i] = value;
  }
}

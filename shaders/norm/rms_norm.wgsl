// For each row of x (rows, columns), with w (columns):
//   inverse_rms = 1 / √(mean(x²) + epsilon);  y = x · inverse_rms · (weight_offset + w)
// Overwrites y (rows, columns) and inverse_rms (rows). One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  epsilon: f32,
  weight_offset: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> weight: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;
@group(0) @binding(4) var<storage, read_write> inverse_rms: array<f32>;

fn compute_row(row: u32, lane: u32) {
  let start = row * params.columns;
  var squares = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    let value = x[start + i];
    squares += value * value;
  }
  let sum = sum_lanes(fold(squares), lane);
  let inverse = 1.0 / sqrt(sum / f32(params.columns * WIDTH) + params.epsilon);
  for (var i = lane; i < params.columns; i += LANES) {
    y[start + i] = x[start + i] * inverse * (weight[i] + params.weight_offset);
  }
  if (lane == 0u) {
    inverse_rms[row] = inverse;
  }
}

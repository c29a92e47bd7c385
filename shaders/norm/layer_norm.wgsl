// For each row of x (rows, columns), with w and b (columns):
//   mean = mean(x);  inverse = 1 / √(mean((x - mean)²) + epsilon);  y = (x - mean) · inverse · w + b
// Overwrites y (rows, columns) and statistics (rows) with (mean, inverse). One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> weight: array<Element>;
@group(0) @binding(3) var<storage, read> bias: array<Element>;
@group(0) @binding(4) var<storage, read_write> y: array<Element>;
@group(0) @binding(5) var<storage, read_write> statistics: array<vec2<f32>>;

fn compute_row(row: u32, lane: u32) {
  let start = row * params.columns;
  let count = f32(params.columns * WIDTH);
  var values = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    values += x[start + i];
  }
  let mean = sum_lanes(fold(values), lane) / count;
  // Two passes: mean(x²) - mean² would suffer from cancellation.
  var squares = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    let difference = x[start + i] - mean;
    squares += difference * difference;
  }
  let inverse = 1.0 / sqrt(sum_lanes(fold(squares), lane) / count + params.epsilon);
  for (var i = lane; i < params.columns; i += LANES) {
    y[start + i] = (x[start + i] - mean) * inverse * weight[i] + bias[i];
  }
  if (lane == 0u) {
    statistics[row] = vec2(mean, inverse);
  }
}

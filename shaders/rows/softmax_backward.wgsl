// For each row: dx = y · (dy - Σ dy · y), with y the softmax output. Overwrites dx (rows, columns). One invocation per
// row: rows are expected to be short.
struct Params {
  // Rows.
  count: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn compute_element(row: u32) {
  let start = row * params.columns;
  var mean = 0.0;
  for (var i = start; i < start + params.columns; i++) {
    mean += dy[i] * y[i];
  }
  for (var i = start; i < start + params.columns; i++) {
    dx[i] = y[i] * (dy[i] - mean);
  }
}

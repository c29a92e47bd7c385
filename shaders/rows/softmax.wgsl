// Row softmax of x (rows, columns). If params.skip_zeros is 1, zeros are masked out: they, and all-zero rows, yield
// zero. Overwrites y. One invocation per row: rows are expected to be short.
struct Params {
  // Rows.
  count: u32,
  columns: u32,
  skip_zeros: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const LOWEST = -3.4028234e38;

fn counts(value: f32) -> bool {
  return params.skip_zeros == 0u || value != 0.0;
}

fn compute_element(row: u32) {
  let start = row * params.columns;
  var maximum = LOWEST;
  for (var i = start; i < start + params.columns; i++) {
    if (counts(x[i])) {
      maximum = max(maximum, x[i]);
    }
  }
  var sum = 0.0;
  for (var i = start; i < start + params.columns; i++) {
    if (counts(x[i])) {
      sum += exp(x[i] - maximum);
    }
  }
  for (var i = start; i < start + params.columns; i++) {
    y[i] = 0.0;
    if (counts(x[i])) {
      y[i] = exp(x[i] - maximum) / sum;
    }
  }
}

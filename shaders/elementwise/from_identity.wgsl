// y = alpha · (x - I) for a square matrix; overwrites y (size, size), or adds to it where params.accumulate is 1.
struct Params {
  count: u32,
  size: u32,
  alpha: f32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  var value = params.alpha * (x[i] - select(0.0, 1.0, i / params.size == i % params.size));
  if (params.accumulate == 1u) {
    value += y[i];
  }
  y[i] = value;
}

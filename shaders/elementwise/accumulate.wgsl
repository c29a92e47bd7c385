// y[i] += x[i], or y[i] = x[i] when params.overwrite is 1.
struct Params {
  // In elements.
  count: u32,
  overwrite: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = x[i] + select(y[i], Element(0.0), params.overwrite == 1u);
}

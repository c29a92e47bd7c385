// dx[i] = dy[i] · activate'(x[i]); overwrites dx. The activation comes from lib/activation_*.
struct Params {
  // In elements.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> x: array<Element>;
@group(0) @binding(3) var<storage, read_write> dx: array<Element>;

fn compute_element(i: u32) {
  dx[i] = dy[i] * slope(x[i]);
}

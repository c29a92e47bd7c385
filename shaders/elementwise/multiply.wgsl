// y[i] = a[i] · b[i mod period]: equal shapes, or b broadcast over rows. Overwrites y.
struct Params {
  // In elements, like the period.
  count: u32,
  period: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Element>;
@group(0) @binding(2) var<storage, read> b: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = a[i] * b[i % params.period];
}

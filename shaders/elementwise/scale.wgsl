// y[i] = alpha · x[i]; overwrites y, or adds to it where params.accumulate is 1.
struct Params {
  // In elements.
  count: u32,
  alpha: f32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = params.alpha * x[i] + select(Element(0.0), y[i], params.accumulate == 1u);
}

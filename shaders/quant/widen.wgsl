// Dequantises a panel of block-quantised matrix B to f32, a vec4 per invocation from vec4 `first4` on. Overwrites y.
struct Params {
  // In vec4s.
  first4: u32,
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

fn compute_element(i: u32) {
  y[i] = widen4(params.first4 + i);
}

// sums[i] += gradients[i]², a vec4 per invocation.
struct Params {
  // vec4s.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;

fn compute_element(i: u32) {
  sums[i] += gradients[i] * gradients[i];
}

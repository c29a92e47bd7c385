// gradients[i] = 0 where element i is frozen, a vec4 per invocation; others are unchanged.
struct Params {
  // vec4s.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> blocks: array<u32>;

fn compute_element(i: u32) {
  gradients[i] = select(gradients[i], vec4(0.0), is_frozen(blocks[frozen_word(i)], i));
}

// One AdamW step over flat buffers, a vec4 per invocation, with g the clipped gradient and (factor, decay) of the
// parameter group:
//   p -= lr·decay·p;  m = β1·m + (1-β1)·g;  v = β2·v + (1-β2)·g²;  p -= lr/c1 · m / (√v/√c2 + ε)
// where lr = step[learning rate] · factor, c1 = 1-β1^t, c2 = 1-β2^t, and g = gradient · min(1, max/(norm + 1e-6)).
// Updates parameters, m and v in place, skipping frozen elements, and everything if the norm is not finite. Groups are
// assigned per block of 64 parameters.
struct Params {
  // vec4s.
  count: u32,
  // 1 - β1, β2 and 1 - β2, each rounded separately: 1 - f32(0.999) is off by 1e-5.
  beta1_rest: f32,
  beta2: f32,
  beta2_rest: f32,
  epsilon: f32,
  max_grad_norm: f32,
  learning_rate_index: u32,
  beta1_correction_index: u32,
  beta2_correction_index: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameters: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> blocks: array<u32>;
@group(0) @binding(6) var<storage, read> group_table: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read> step: array<f32>;
@group(0) @binding(8) var<storage, read> squared_norm: array<f32>;

fn compute_element(i: u32) {
  // Infinities and NaN have all exponent bits set; compilers may optimise NaN comparisons away.
  let finite = (bitcast<u32>(squared_norm[0]) & 0x7f800000u) != 0x7f800000u;
  if (!finite) {
    return;
  }
  var clip = 1.0;
  if (params.max_grad_norm > 0.0) {
    clip = min(1.0, params.max_grad_norm / (sqrt(squared_norm[0]) + 1e-6));
  }
  let group = group_table[blocks[BLOCK_WORDS * (i / 16u)]];
  let learning_rate = step[params.learning_rate_index] * group.x;
  let gradient = gradients[i] * clip;
  let first = m[i] + params.beta1_rest * (gradient - m[i]);
  let second = params.beta2 * v[i] + params.beta2_rest * gradient * gradient;
  let frozen = is_frozen(blocks[frozen_word(i)], i);
  m[i] = select(first, m[i], frozen);
  v[i] = select(second, v[i], frozen);
  let decayed = parameters[i] * (1.0 - learning_rate * group.y);
  let root = sqrt(second) / sqrt(step[params.beta2_correction_index]) + params.epsilon;
  let moved = decayed - learning_rate / step[params.beta1_correction_index] * first / root;
  parameters[i] = select(moved, parameters[i], frozen);
}

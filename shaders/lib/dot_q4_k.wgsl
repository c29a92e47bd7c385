// Products of a sub-block of Q4_K with 32 numbers; see lib/blocks_q4_k and matmul/gemv_blocks.
fn near_scales(block: u32) -> vec4<f32> {
  return BYTE_SCALES * select(1.0, 0.0625, (block & 1u) == 1u);
}

fn far_scales(block: u32) -> vec4<f32> {
  return near_scales(block);
}

fn codes(word: u32, masks: vec4<u32>) -> vec4<f32> {
  return floats_of(vec4(word) & masks);
}

fn block_dot(block: u32, near: mat4x4<f32>, far: mat4x4<f32>, sums: mat2x4<f32>) -> f32 {
  let start = 37u * (block >> 3u);
  let part = block & 7u;
  let pair = b[start + 1u + (part >> 1u)] >> (16u * (part & 1u));
  let scales = unpack2x16float(b[start]) * vec2<f32>(vec2<i32>(vec2(pair, pair >> 8u) & vec2(0xffu)));
  let at = start + 5u + 8u * (part >> 1u);
  let is_odd = (block & 1u) == 1u;
  let masks = select(LOW_NIBBLES, HIGH_NIBBLES, is_odd);
  // The uppermost codes of an odd sub-block are less by 8.
  let flip = select(0u, SIGN_BIT, is_odd);
  let sum = codes(b[at] ^ flip, masks) * near[0]
    + codes(b[at + 1u] ^ flip, masks) * near[1]
    + codes(b[at + 2u] ^ flip, masks) * near[2]
    + codes(b[at + 3u] ^ flip, masks) * near[3]
    + codes(b[at + 4u] ^ flip, masks) * far[0]
    + codes(b[at + 5u] ^ flip, masks) * far[1]
    + codes(b[at + 6u] ^ flip, masks) * far[2]
    + codes(b[at + 7u] ^ flip, masks) * far[3];
  let total = sums[0] + sums[1];
  let product = dot(sum, vec4(1.0)) + select(0.0, 8.0 * total.w, is_odd);
  return scales.x * product - scales.y * dot(total, vec4(1.0));
}

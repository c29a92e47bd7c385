// Products of a block of Q4_0 with 32 numbers; see lib/blocks_q4_0 and matmul/gemv_blocks.
fn near_scales(_block: u32) -> vec4<f32> {
  return BYTE_SCALES;
}

fn far_scales(_block: u32) -> vec4<f32> {
  return BYTE_SCALES / 16.0;
}

fn block_dot(block: u32, near: mat4x4<f32>, far: mat4x4<f32>, sums: mat2x4<f32>) -> f32 {
  let unit = 9u * (block >> 1u);
  let at = unit + 1u + 4u * (block & 1u);
  // The uppermost codes are less by 8.
  let words = vec4(b[at], b[at + 1u], b[at + 2u], b[at + 3u]) ^ vec4(SIGN_BIT);
  let sum = floats_of(vec4(words.x) & LOW_NIBBLES) * near[0]
    + floats_of(vec4(words.x) & HIGH_NIBBLES) * far[0]
    + floats_of(vec4(words.y) & LOW_NIBBLES) * near[1]
    + floats_of(vec4(words.y) & HIGH_NIBBLES) * far[1]
    + floats_of(vec4(words.z) & LOW_NIBBLES) * near[2]
    + floats_of(vec4(words.z) & HIGH_NIBBLES) * far[2]
    + floats_of(vec4(words.w) & LOW_NIBBLES) * near[3]
    + floats_of(vec4(words.w) & HIGH_NIBBLES) * far[3];
  let product = dot(sum, vec4(1.0)) + 8.0 * sums[1].w;
  return half_of(b[unit], block & 1u) * (product - 8.0 * dot(sums[0] + sums[1], vec4(1.0)));
}

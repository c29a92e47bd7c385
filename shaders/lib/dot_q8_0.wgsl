// Products of a block of Q8_0 with 32 numbers; see lib/blocks_q8_0 and matmul/gemv_blocks.
fn near_scales(_block: u32) -> vec4<f32> {
  return BYTE_SCALES;
}

fn far_scales(_block: u32) -> vec4<f32> {
  return BYTE_SCALES;
}

// The signed bytes of a word where they are, the first three plus 128.
fn byte_floats(word: u32) -> vec4<f32> {
  return floats_of(vec4(word ^ 0x808080u) & vec4(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
}

fn block_dot(block: u32, near: mat4x4<f32>, far: mat4x4<f32>, sums: mat2x4<f32>) -> f32 {
  let unit = 17u * (block >> 1u);
  let at = unit + 1u + 8u * (block & 1u);
  let sum = byte_floats(b[at]) * near[0] + byte_floats(b[at + 1u]) * near[1]
    + byte_floats(b[at + 2u]) * near[2] + byte_floats(b[at + 3u]) * near[3]
    + byte_floats(b[at + 4u]) * far[0] + byte_floats(b[at + 5u]) * far[1]
    + byte_floats(b[at + 6u]) * far[2] + byte_floats(b[at + 7u]) * far[3];
  return half_of(b[unit], block & 1u) * (dot(sum, vec4(1.0)) - dot(sums[0] + sums[1], vec4(128.0, 128.0, 128.0, 0.0)));
}

// ALiBi bias slope[h] * key, or none. (Terms equal for all keys of a query, such as slope * -query, cancel in the
// softmax.)
alias HeadBias = f32;

fn head_bias(head: u32) -> HeadBias {
  if (params.alibi != 0u) {
    return bias[FIRST_BIAS + head];
  }
  return 0.0;
}

fn key_bias(slopes: vec4<HeadBias>, _rows: vec4<u32>, _ends: vec4<u32>, keys: vec4<u32>) -> vec4<f32> {
  return slopes * vec4<f32>(keys);
}

// ALiBi bias slope[h] * (key - end), or none: terms equal for all keys of a query cancel in the softmax, and distances
// from the end of its range stay small where ranges begin anywhere in a cache.
alias HeadBias = f32;

fn head_bias(head: u32) -> HeadBias {
  if (params.alibi != 0u) {
    return bias[FIRST_BIAS + head];
  }
  return 0.0;
}

fn key_bias(slopes: vec4<HeadBias>, _rows: vec4<u32>, ends: vec4<u32>, keys: vec4<u32>) -> vec4<f32> {
  return slopes * vec4<f32>(vec4<i32>(keys) - vec4<i32>(ends));
}

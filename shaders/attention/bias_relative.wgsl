// Relative position bias (Raffel et al. 2020, arXiv 1910.10683): row REACH + d of bias (2 REACH + 1, heads) is for
// distance d, clamped to the outermost rows. A query's position is the last key it sees if FROM_LAST is 1, else its row
// index. Both constants are prepended.
alias HeadBias = u32;

fn head_bias(head: u32) -> HeadBias {
  return head;
}

fn query_places(rows: vec4<u32>, ends: vec4<u32>) -> vec4<i32> {
  return vec4<i32>(select(rows, ends - 1u, vec4(FROM_LAST == 1u)));
}

fn key_bias(heads: vec4<HeadBias>, rows: vec4<u32>, ends: vec4<u32>, keys: vec4<u32>) -> vec4<f32> {
  let reach = vec4(i32(REACH));
  let distances = clamp(vec4<i32>(keys) - query_places(rows, ends), -reach, reach);
  let at = FIRST_BIAS + vec4<u32>(distances + reach) * params.heads + heads;
  return vec4(bias[at.x], bias[at.y], bias[at.z], bias[at.w]);
}

// lib/reduce for workgroups of one quad (LANES is 4): uses quad swaps instead of shared memory and barriers.
fn sum_lanes(value: f32, _lane: u32) -> f32 {
  let pair = value + quadSwapX(value);
  return pair + quadSwapY(pair);
}

fn max_lanes(value: f32, _lane: u32) -> f32 {
  let pair = max(value, quadSwapX(value));
  return max(pair, quadSwapY(pair));
}

fn sum_lane_pairs(pair: vec2<f32>, _lane: u32) -> vec2<f32> {
  let both = pair + quadSwapX(pair);
  return both + quadSwapY(both);
}

fn sum_lane_quads(quad: vec4<f32>, _lane: u32) -> vec4<f32> {
  let both = quad + quadSwapX(quad);
  return both + quadSwapY(both);
}

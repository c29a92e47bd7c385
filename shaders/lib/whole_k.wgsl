// The sums of matmul/tile* run over all of k.
fn part_of_k(z: u32) -> vec2<u32> {
  return vec2(0u, params.k);
}

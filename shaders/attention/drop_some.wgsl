// Inverted dropout of attention probabilities: `dropped` scales the values of the pairs that are kept and zeroes the
// others. The mask is a hash of seed, row (batch, head, query) and key, so that the backward kernels regenerate it. The
// seed, as two 16-bit numbers, precedes the biases: see seed.wgsl.
const DROPS = true;
const FIRST_BIAS = 2u;

alias Indices = vec4<u32>;

fn dropped(values: vec4<f32>, batch: u32, heads: vec4<u32>, rows: vec4<u32>, keys: vec4<u32>) -> vec4<f32> {
  let seed = (u32(bias[0]) << 16u) | u32(bias[1]);
  let row = pcg(((batch * params.heads + heads) * params.queries + rows) ^ vec4(seed));
  // Spreads keys over all bits: otherwise rows would share masks up to the order of the keys.
  let hash = pcg((keys * 0x9e3779b9u) ^ row);
  return select(vec4(0.0), values * params.keep_scale, hash >= vec4(params.drop_threshold));
}

// Shared by the attention kernels: params, key visibility, and row offsets.
//   score(i, j) = scale * dot(q[i], k[j]) + key_bias(h, i, j)
// `key_bias` is defined by bias_linear.wgsl or bias_relative.wgsl. A query sees key j when j < prefix or start <= j <
// end.
struct Params {
  queries: u32,
  keys: u32,
  heads: u32,
  kv_heads: u32,
  prefix: u32,
  alibi: u32,
  scale: f32,
  // First tile of this dispatch, if tiles are workgroups along x: long calls are split.
  first_tile: u32,
  // Dropout of the probabilities: hashes below the threshold drop.
  drop_threshold: u32,
  keep_scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;

// Below any score, and finite: drivers may assume that infinities do not occur.
const LOWEST = -3e38;

// Past the last key: ends the loop over key tiles.
const NO_TILE = 0xffffffffu;

fn sees(keys: vec4<u32>, starts: vec4<u32>, ends: vec4<u32>) -> vec4<bool> {
  return (keys < vec4(params.prefix)) | ((keys >= starts) & (keys < ends));
}

// First visible tile of `size` keys at or after `key` (a multiple of `size`); `range` is the union of the queries'
// ranges.
fn next_key_tile(key: u32, range: vec2<u32>, size: u32) -> u32 {
  if (key < params.prefix) {
    return key;
  }
  let tile = max(key, range.x / size * size);
  return select(NO_TILE, tile, tile < range.y);
}

// Offset of row `row` of a head in q (and tensors of q's shape), and in k and v, in elements of `width` numbers.
fn query_offset(batch: u32, row: u32, head: u32, width: u32) -> u32 {
  return ((batch * params.queries + row) * params.heads + head) * width;
}

fn key_offset(batch: u32, row: u32, kv_head: u32, width: u32) -> u32 {
  return ((batch * params.keys + row) * params.kv_heads + kv_head) * width;
}

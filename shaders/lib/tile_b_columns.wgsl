// Blocks of B stored (k,n) for matmul/tile*: four columns of C are adjacent in storage. Columns past the edge are clamped;
// from params.k on all is zero.
fn b_columns() -> u32 {
  return params.n;
}

// Four columns of C and four k of a block.
fn place_b(block: u32) -> vec2<u32> {
  return vec2(block % (COLUMNS / 4u), block / (COLUMNS / 4u));
}

// Element [i][c]: column c of the block at k i.
fn block_b(place: vec2<u32>, first_column: u32, first_k: u32) -> mat4x4<f32> {
  let nearest = min(first_column / 4u + place.x, (params.n + 3u) / 4u - 1u);
  let k = first_k + 4u * place.y;
  let last = params.k - 1u;
  return mat4x4(
    select(vec4(0.0), load_b4(min(k, last), nearest), k < params.k),
    select(vec4(0.0), load_b4(min(k + 1u, last), nearest), k + 1u < params.k),
    select(vec4(0.0), load_b4(min(k + 2u, last), nearest), k + 2u < params.k),
    select(vec4(0.0), load_b4(min(k + 3u, last), nearest), k + 3u < params.k),
  );
}

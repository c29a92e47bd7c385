// Blocks of A stored (k,m) for matmul/tile*: four rows of C are adjacent in storage. Rows past the edge are clamped; from
// params.k on all is zero.
fn a_columns() -> u32 {
  return params.m;
}

// Four rows of C and four k of a block.
fn place_a(block: u32) -> vec2<u32> {
  return vec2(block % (ROWS / 4u), block / (ROWS / 4u));
}

// Element [i][r]: row r of the block at k i.
fn block_a(place: vec2<u32>, first_row: u32, first_k: u32) -> mat4x4<f32> {
  let nearest = min(first_row / 4u + place.x, (params.m + 3u) / 4u - 1u);
  let k = first_k + 4u * place.y;
  let last = params.k - 1u;
  return mat4x4(
    select(vec4(0.0), load_a4(min(k, last), nearest), k < params.k),
    select(vec4(0.0), load_a4(min(k + 1u, last), nearest), k + 1u < params.k),
    select(vec4(0.0), load_a4(min(k + 2u, last), nearest), k + 2u < params.k),
    select(vec4(0.0), load_a4(min(k + 3u, last), nearest), k + 3u < params.k),
  );
}

// Blocks of A stored (m,k) for matmul/tile*: transposes 4 x 4 elements so that four rows of one k are adjacent. Rows past
// the edge are clamped; from params.k on all is zero.
fn a_columns() -> u32 {
  return params.k;
}

// Four rows of C and four k of a block.
fn place_a(block: u32) -> vec2<u32> {
  return vec2(block / (DEPTH / 4u), block % (DEPTH / 4u));
}

// Element [i][r]: row r of the block at k i.
fn block_a(place: vec2<u32>, first_row: u32, first_k: u32) -> mat4x4<f32> {
  let k4 = first_k / 4u + place.y;
  var rows: mat4x4<f32>;
  if (4u * k4 < params.k) {
    let row = first_row + 4u * place.x;
    let nearest = min(vec4(row, row + 1u, row + 2u, row + 3u), vec4(params.m - 1u));
    rows = transpose(
      mat4x4(load_a4(nearest.x, k4), load_a4(nearest.y, k4), load_a4(nearest.z, k4), load_a4(nearest.w, k4)),
    );
  }
  return rows;
}

// Blocks of B stored (n,k) for matmul/tile*: transposes 4 x 4 elements so that four columns of C at one k are adjacent.
// Columns past the edge are clamped; from params.k on all is zero, or multiplied by zero.
fn b_columns() -> u32 {
  return params.k;
}

// Four columns of C and four k of a block.
fn place_b(block: u32) -> vec2<u32> {
  return vec2(block / (DEPTH / 4u), block % (DEPTH / 4u));
}

// Element [i][c]: column c of the block at k i.
fn block_b(place: vec2<u32>, first_column: u32, first_k: u32) -> mat4x4<f32> {
  let k4 = first_k / 4u + place.y;
  var columns: mat4x4<f32>;
  if (4u * k4 < params.k) {
    let column = first_column + 4u * place.x;
    let nearest = min(vec4(column, column + 1u, column + 2u, column + 3u), vec4(params.n - 1u));
    columns = transpose(
      mat4x4(load_b4(nearest.x, k4), load_b4(nearest.y, k4), load_b4(nearest.z, k4), load_b4(nearest.w, k4)),
    );
  }
  return columns;
}

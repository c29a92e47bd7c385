// Stages B stored (n,k) for matmul/tile: transposes 4 x 4 elements at a time so that four columns of C at one k are
// adjacent. Columns past the edge are clamped; from params.k (a multiple of four) on all is zero.
fn stage_b(block: u32, first_column: u32, first_k: u32) {
  let column = first_column + block / (DEPTH / 4u) * 4u;
  let k_in_tile = block % (DEPTH / 4u) * 4u;
  let k = first_k + k_in_tile;
  var columns: mat4x4<f32>;
  if (k < params.k) {
    let nearest = min(vec4(column, column + 1u, column + 2u, column + 3u), vec4(params.n - 1u));
    columns = transpose(
      mat4x4(load_b4(nearest.x, k / 4u), load_b4(nearest.y, k / 4u), load_b4(nearest.z, k / 4u), load_b4(nearest.w, k / 4u)),
    );
  }
  for (var i = 0u; i < 4u; i++) {
    b_tile[(k_in_tile + i) * (COLUMNS / 4u) + block / (DEPTH / 4u)] = columns[i];
  }
}

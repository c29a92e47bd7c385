// Stages B stored (k,n) for matmul/tile: four columns of C are adjacent in storage. Columns past the edge are clamped;
// from params.k on all is zero.
fn stage_b(block: u32, first_column: u32, first_k: u32) {
  let column4 = block % (COLUMNS / 4u);
  let nearest = min(first_column / 4u + column4, params.n / 4u - 1u);
  for (var i = 0u; i < 4u; i++) {
    let k_in_tile = block / (COLUMNS / 4u) * 4u + i;
    let k = first_k + k_in_tile;
    let values = load_b4(min(k, params.k - 1u), nearest);
    b_tile[k_in_tile * (COLUMNS / 4u) + column4] = select(vec4(0.0), values, k < params.k);
  }
}

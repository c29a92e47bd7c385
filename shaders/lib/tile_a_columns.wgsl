// Stages A stored (k,m) for matmul/tile: four rows of C are adjacent in storage. Rows past the edge are clamped; from
// params.k on all is zero.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

fn stage_a(block: u32, first_row: u32, first_k: u32) {
  let row4 = block % (ROWS / 4u);
  let nearest = min(first_row / 4u + row4, params.m / 4u - 1u);
  for (var i = 0u; i < 4u; i++) {
    let k_in_tile = block / (ROWS / 4u) * 4u + i;
    let k = first_k + k_in_tile;
    let values = a[min(k, params.k - 1u) * (params.a_stride / 4u) + nearest];
    a_tile[k_in_tile * (ROWS / 4u) + row4] = select(vec4(0.0), values, k < params.k);
  }
}

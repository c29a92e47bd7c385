// Stages A stored (m,k) for matmul/tile: transposes 4 x 4 elements at a time so that four rows of one k are adjacent.
// Rows past the edge are clamped; from params.k on all is zero, whatever the row padding holds.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

fn load_a4(row: u32, k: u32) -> vec4<f32> {
  let values = a[min(row, params.m - 1u) * (params.a_stride / 4u) + k / 4u];
  return select(vec4(0.0), values, vec4(k, k + 1u, k + 2u, k + 3u) < vec4(params.k));
}

fn stage_a(block: u32, first_row: u32, first_k: u32) {
  let row = first_row + block / (DEPTH / 4u) * 4u;
  let k_in_tile = block % (DEPTH / 4u) * 4u;
  let k = first_k + k_in_tile;
  let rows = transpose(
    mat4x4(load_a4(row, k), load_a4(row + 1u, k), load_a4(row + 2u, k), load_a4(row + 3u, k)),
  );
  for (var i = 0u; i < 4u; i++) {
    a_tile[(k_in_tile + i) * (ROWS / 4u) + block / (DEPTH / 4u)] = rows[i];
  }
}

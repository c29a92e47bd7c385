// C (m,n) = A (m,k) B with B stored (k,n): the gradient dY W of a linear layer's input. One quad computes 12 x 16
// elements in registers; see lib/quad. Overwrites or accumulates into C; see lib/matmul.
fn a_columns() -> u32 {
  return params.k;
}

fn b_columns() -> u32 {
  return params.n;
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let lane = invocation & 3u;
  let row = tile.y * 12u + lane;
  let column4 = tile.x * 4u + lane;
  // Past the edge, clamp to the last row and columns; write_c4 drops the results.
  let rows = min(vec3(row, row + 4u, row + 8u), vec3(params.m - 1u));
  let b_column4 = min(column4, (params.n + 3u) / 4u - 1u);
  // Sums for row group r in step s: four columns.
  var c00: vec4<f32>;
  var c01: vec4<f32>;
  var c02: vec4<f32>;
  var c03: vec4<f32>;
  var c10: vec4<f32>;
  var c11: vec4<f32>;
  var c12: vec4<f32>;
  var c13: vec4<f32>;
  var c20: vec4<f32>;
  var c21: vec4<f32>;
  var c22: vec4<f32>;
  var c23: vec4<f32>;
  for (var k = 0u; k < params.k; k += 4u) {
    let a0 = load_a4(rows.x, k / 4u);
    let a1 = load_a4(rows.y, k / 4u);
    let a2 = load_a4(rows.z, k / 4u);
    let k_rows = min(vec4(k, k + 1u, k + 2u, k + 3u), vec4(params.k - 1u));
    let b0 = mat4x4(
      load_b4(k_rows.x, b_column4),
      load_b4(k_rows.y, b_column4),
      load_b4(k_rows.z, b_column4),
      load_b4(k_rows.w, b_column4),
    );
    c00 += b0 * a0;
    c10 += b0 * a1;
    c20 += b0 * a2;
    let b1 = swap_x(b0);
    c01 += b1 * a0;
    c11 += b1 * a1;
    c21 += b1 * a2;
    let b2 = swap_y(b0);
    c02 += b2 * a0;
    c12 += b2 * a1;
    c22 += b2 * a2;
    let b3 = swap_y(b1);
    c03 += b3 * a0;
    c13 += b3 * a1;
    c23 += b3 * a2;
  }
  // Loop over a copy: unrolled stores would dominate compile time.
  var sums = array(c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23);
  for (var r = 0u; r < 3u; r++) {
    for (var step = 0u; step < 4u; step++) {
      write_c4(row + 4u * r, tile.x * 16u + 4u * (lane ^ step), sums[4u * r + step]);
    }
  }
}

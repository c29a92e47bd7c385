// C (m,n) = A (m,k) B^T with B stored (n,k): the forward pass of a linear layer. One quad computes 16 x 12 elements in
// registers; see lib/quad. Overwrites or accumulates into C; see lib/matmul.
fn a_columns() -> u32 {
  return params.k;
}

fn b_columns() -> u32 {
  return params.k;
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let lane = invocation & 3u;
  let row = tile.y * 16u + lane;
  let column = tile.x * 12u;
  // Past the edge, clamp to the last row and column; write_c4 drops the results.
  let rows = min(vec4(row, row + 4u, row + 8u, row + 12u), vec4(params.m - 1u));
  let b_rows = min(vec3(column, column + 4u, column + 8u) + lane, vec3(params.n - 1u));
  // Sums for row group r and column group q: component s is step s.
  var c00: vec4<f32>;
  var c01: vec4<f32>;
  var c02: vec4<f32>;
  var c10: vec4<f32>;
  var c11: vec4<f32>;
  var c12: vec4<f32>;
  var c20: vec4<f32>;
  var c21: vec4<f32>;
  var c22: vec4<f32>;
  var c30: vec4<f32>;
  var c31: vec4<f32>;
  var c32: vec4<f32>;
  for (var k4 = 0u; k4 < (params.k + 3u) / 4u; k4++) {
    let a0 = load_a4(rows.x, k4);
    let a1 = load_a4(rows.y, k4);
    let a2 = load_a4(rows.z, k4);
    let a3 = load_a4(rows.w, k4);
    let b0 = all_lanes(load_b4(b_rows.x, k4));
    c00 += a0 * b0;
    c10 += a1 * b0;
    c20 += a2 * b0;
    c30 += a3 * b0;
    let b1 = all_lanes(load_b4(b_rows.y, k4));
    c01 += a0 * b1;
    c11 += a1 * b1;
    c21 += a2 * b1;
    c31 += a3 * b1;
    let b2 = all_lanes(load_b4(b_rows.z, k4));
    c02 += a0 * b2;
    c12 += a1 * b2;
    c22 += a2 * b2;
    c32 += a3 * b2;
  }
  // Loop over a copy: unrolled stores would dominate compile time.
  var sums = array(c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32);
  for (var r = 0u; r < 4u; r++) {
    for (var q = 0u; q < 3u; q++) {
      write_c4(row + 4u * r, column + 4u * q, in_order(sums[3u * r + q], lane));
    }
  }
}

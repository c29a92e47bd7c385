// As quad_nt, with 32 x 16 elements per quad: more products for each number loaded, for enough rows to fill the tiles.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let lane = invocation & 3u;
  let row = tile.y * 32u + lane;
  let column = tile.x * 16u;
  // Past the edge, clamp to the last row and column; write_c4 drops the results.
  let stride = params.a_stride / 4u;
  let low_rows = min(vec4(row, row + 4u, row + 8u, row + 12u), vec4(params.m - 1u)) * stride;
  let high_rows = min(vec4(row + 16u, row + 20u, row + 24u, row + 28u), vec4(params.m - 1u)) * stride;
  let b_rows = min(vec4(column, column + 4u, column + 8u, column + 12u) + lane, vec4(params.n - 1u));
  // Sums for row group r and column group q: component s is step s.
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
  var c30: vec4<f32>;
  var c31: vec4<f32>;
  var c32: vec4<f32>;
  var c33: vec4<f32>;
  var c40: vec4<f32>;
  var c41: vec4<f32>;
  var c42: vec4<f32>;
  var c43: vec4<f32>;
  var c50: vec4<f32>;
  var c51: vec4<f32>;
  var c52: vec4<f32>;
  var c53: vec4<f32>;
  var c60: vec4<f32>;
  var c61: vec4<f32>;
  var c62: vec4<f32>;
  var c63: vec4<f32>;
  var c70: vec4<f32>;
  var c71: vec4<f32>;
  var c72: vec4<f32>;
  var c73: vec4<f32>;
  for (var k4 = 0u; k4 < params.k / 4u; k4++) {
    let a0 = a[low_rows.x + k4];
    let a1 = a[low_rows.y + k4];
    let a2 = a[low_rows.z + k4];
    let a3 = a[low_rows.w + k4];
    let a4 = a[high_rows.x + k4];
    let a5 = a[high_rows.y + k4];
    let a6 = a[high_rows.z + k4];
    let a7 = a[high_rows.w + k4];
    let b0 = all_lanes(load_b4(b_rows.x, k4));
    c00 += a0 * b0;
    c10 += a1 * b0;
    c20 += a2 * b0;
    c30 += a3 * b0;
    c40 += a4 * b0;
    c50 += a5 * b0;
    c60 += a6 * b0;
    c70 += a7 * b0;
    let b1 = all_lanes(load_b4(b_rows.y, k4));
    c01 += a0 * b1;
    c11 += a1 * b1;
    c21 += a2 * b1;
    c31 += a3 * b1;
    c41 += a4 * b1;
    c51 += a5 * b1;
    c61 += a6 * b1;
    c71 += a7 * b1;
    let b2 = all_lanes(load_b4(b_rows.z, k4));
    c02 += a0 * b2;
    c12 += a1 * b2;
    c22 += a2 * b2;
    c32 += a3 * b2;
    c42 += a4 * b2;
    c52 += a5 * b2;
    c62 += a6 * b2;
    c72 += a7 * b2;
    let b3 = all_lanes(load_b4(b_rows.w, k4));
    c03 += a0 * b3;
    c13 += a1 * b3;
    c23 += a2 * b3;
    c33 += a3 * b3;
    c43 += a4 * b3;
    c53 += a5 * b3;
    c63 += a6 * b3;
    c73 += a7 * b3;
  }
  // Loop over a copy: unrolled stores would dominate compile time.
  var sums = array(
    c00, c01, c02, c03,
    c10, c11, c12, c13,
    c20, c21, c22, c23,
    c30, c31, c32, c33,
    c40, c41, c42, c43,
    c50, c51, c52, c53,
    c60, c61, c62, c63,
    c70, c71, c72, c73,
  );
  for (var r = 0u; r < 8u; r++) {
    for (var q = 0u; q < 4u; q++) {
      write_c4(row + 4u * r, column + 4u * q, in_order(sums[4u * r + q], lane));
    }
  }
}

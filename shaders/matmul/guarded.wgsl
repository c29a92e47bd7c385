// C (m,n) = the product of the operands of lib/operands_*, for any shape and stride: the fallback for the faster
// kernels. Each invocation computes 4 x 4 elements in registers. Overwrites or accumulates into C; see lib/matmul.
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) block: vec3<u32>) {
  // Tiles are 8 x 8 invocations.
  let row = (8u * params.first_y + block.y) * 4u;
  let column = (8u * params.first_x + block.x) * 4u;
  if (row >= params.m || column >= params.n) {
    return;
  }
  // Past the edge, clamp to the last row and column; write_c4 drops the results.
  let rows = min(vec4(row, row + 1u, row + 2u, row + 3u), vec4(params.m - 1u));
  let columns = min(vec4(column, column + 1u, column + 2u, column + 3u), vec4(params.n - 1u));
  var c0: vec4<f32>;
  var c1: vec4<f32>;
  var c2: vec4<f32>;
  var c3: vec4<f32>;
  for (var k = 0u; k < params.k; k++) {
    let b_row = vec4(b_at(k, columns.x), b_at(k, columns.y), b_at(k, columns.z), b_at(k, columns.w));
    c0 += a_at(rows.x, k) * b_row;
    c1 += a_at(rows.y, k) * b_row;
    c2 += a_at(rows.z, k) * b_row;
    c3 += a_at(rows.w, k) * b_row;
  }
  write_c4(row, column, c0);
  write_c4(row + 1u, column, c1);
  write_c4(row + 2u, column, c2);
  write_c4(row + 3u, column, c3);
}

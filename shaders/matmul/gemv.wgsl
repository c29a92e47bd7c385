// C (m,n) = A (m,k) B^T with B stored (n,k), for one or very few rows of A (decoding). A workgroup computes four columns
// of one row: its lanes split k and reduce in a tree. The grid is folded over x and y for the columns, with rows in z.
// Overwrites or accumulates into C; see lib/matmul.
fn a_columns() -> u32 {
  return params.k;
}

fn b_columns() -> u32 {
  return params.k;
}

var<workgroup> partial: array<vec4<f32>, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = workgroup.z;
  let column = 4u * flat_workgroup(workgroup, workgroups);
  // Past the edge, clamp to the last column; write_c4 drops the result.
  let b_rows = min(vec4(column, column + 1u, column + 2u, column + 3u), vec4(params.n - 1u));
  var sum: vec4<f32>;
  for (var k4 = lane; k4 < (params.k + 3u) / 4u; k4 += LANES) {
    let x = load_a4(row, k4);
    sum += x * mat4x4(
      load_b4(b_rows.x, k4),
      load_b4(b_rows.y, k4),
      load_b4(b_rows.z, k4),
      load_b4(b_rows.w, k4),
    );
  }
  partial[lane] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    write_c4(row, column, partial[0]);
  }
}

// Entry point of row shaders: calls compute_row for 0 … params.rows - 1 in all LANES (prepended) of a workgroup per
// row.
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = flat_workgroup(workgroup, workgroups);
  if (row < params.rows) {
    compute_row(row, lane);
  }
}

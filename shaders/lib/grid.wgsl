// The flat index of a workgroup in a grid that the host folded into y past the limit of one dimension.
fn flat_workgroup(workgroup: vec3<u32>, workgroups: vec3<u32>) -> u32 {
  return workgroup.y * workgroups.x + workgroup.x;
}

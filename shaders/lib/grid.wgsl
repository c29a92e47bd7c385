// Flat workgroup index in a grid that the host folded into y beyond the per-dimension limit.
fn flat_workgroup(workgroup: vec3<u32>, workgroups: vec3<u32>) -> u32 {
  return workgroup.y * workgroups.x + workgroup.x;
}

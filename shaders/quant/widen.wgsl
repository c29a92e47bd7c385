// y = numbers of the stored matrix B in f32, four at a time, from group `first4` on: a panel of a matrix in blocks that
// many rows are about to be multiplied with. Writes over y.
struct Params {
  first4: u32,
  count4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = 64u * flat_workgroup(workgroup, workgroups) + local;
  if (i < params.count4) {
    y[i] = widen4(params.first4 + i);
  }
}

// gradients[i] = 0 where v[i] < 0, four numbers at a time; the others stay. A second moment is never negative: one that is
// marks a number that does not train.
struct Params {
  // Vectors of four.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flat_workgroup(workgroup, workgroups) * 64u + local;
  if (i < params.count) {
    gradients[i] = select(gradients[i], vec4(0.0), v[i] < vec4(0.0));
  }
}

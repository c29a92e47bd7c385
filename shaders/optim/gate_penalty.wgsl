// gradient[i] += weight · σ'(α[i] - shift): the slope of a penalty weight · Σ σ(α - shift) on gates that are open.
struct Params {
  count: u32,
  weight: f32,
  shift: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flat_workgroup(workgroup, workgroups) * 64u + local;
  if (i < params.count) {
    // The slope is the same on both sides of zero; the power of e cannot overflow on this one.
    let power = exp(-abs(alpha[i] - params.shift));
    gradient[i] += params.weight * power / ((1.0 + power) * (1.0 + power));
  }
}

// y[i] = ± alpha · x[i] for i < filled, with the sign of Fastfood's B, and zero from there to count. Overwrites y.
struct Params {
  count: u32,
  filled: u32,
  sign_key: u32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flat_workgroup(workgroup, workgroups) * 64u + local;
  if (i >= params.count) {
    return;
  }
  if (i >= params.filled) {
    y[i] = 0.0;
    return;
  }
  let sign = select(-params.alpha, params.alpha, pcg(i ^ params.sign_key) < 0x80000000u);
  y[i] = sign * x[i];
}

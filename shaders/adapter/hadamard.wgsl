// x = (I ⊗ H ⊗ I) x in place: the unnormalised Walsh–Hadamard transform over one digit, of RADIX values, of each index;
// digits before it count `stride` numbers. One invocation turns RADIX numbers, so that none waits for another.
struct Params {
  // Invocations: numbers / RADIX.
  count: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

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
  let first = (i / params.stride) * params.stride * RADIX + i % params.stride;
  var values: array<f32, RADIX>;
  for (var k = 0u; k < RADIX; k++) {
    values[k] = x[first + k * params.stride];
  }
  for (var half = 1u; half < RADIX; half *= 2u) {
    for (var k = 0u; k < RADIX / 2u; k++) {
      let low = (k / half) * half * 2u + k % half;
      let sum = values[low] + values[low + half];
      values[low + half] = values[low] - values[low + half];
      values[low] = sum;
    }
  }
  for (var k = 0u; k < RADIX; k++) {
    x[first + k * params.stride] = values[k];
  }
}

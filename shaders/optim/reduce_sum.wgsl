// sums[g] = Σ x[i] (or x[i]² if params.squares is 1) over workgroup g's partition; accumulates if params.accumulate is
// 1.
struct Params {
  // In elements, like `share`, the size of a partition.
  count: u32,
  share: u32,
  squares: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let start = workgroup.x * params.share;
  let end = min(start + params.share, params.count);
  var values = Element(0.0);
  for (var i = start + lane; i < end; i += LANES) {
    let value = x[i];
    values += select(value, value * value, params.squares == 1u);
  }
  let sum = sum_lanes(fold(values), lane);
  if (lane == 0u) {
    sums[workgroup.x] = sum + select(0.0, sums[workgroup.x], params.accumulate == 1u);
  }
}

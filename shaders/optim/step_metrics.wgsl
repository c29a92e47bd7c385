// metrics[0] = √squared_norm, metrics[1] = 1 if the squared norm is not finite, else 0. Overwrites both.
struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> squared_norm: array<f32>;
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;

@compute @workgroup_size(1)
fn main() {
  let finite = (bitcast<u32>(squared_norm[0]) & 0x7f800000u) != 0x7f800000u;
  metrics[0] = sqrt(squared_norm[0]);
  metrics[1] = select(1.0, 0.0, finite && params.count == 1u);
}

// y = numbers of the stored matrix B in f32, four at a time, from group `first4` on: a panel of a matrix in blocks that
// many rows are about to be multiplied with. Writes over y.
struct Params {
  // In groups of four.
  first4: u32,
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

fn compute_element(i: u32) {
  y[i] = widen4(params.first4 + i);
}

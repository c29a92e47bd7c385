// gradients[i] = 0 where v[i] < 0, four numbers at a time; the others stay. A second moment is never negative: one that is
// marks a number that does not train.
struct Params {
  // Vectors of four.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;

fn compute_element(i: u32) {
  gradients[i] = select(gradients[i], vec4(0.0), v[i] < vec4(0.0));
}

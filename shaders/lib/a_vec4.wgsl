// Matrix A, whose rows and stride are multiples of four. Loads elements 4 * column4 ... 4 * column4 + 3 of a row.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

fn load_a4(row: u32, column4: u32) -> vec4<f32> {
  return a[row * (params.a_stride / 4u) + column4];
}

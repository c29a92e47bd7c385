// Matrix A, whose rows are padded to a multiple of four. Loads elements 4 * column4 ... 4 * column4 + 3 of a row, zero
// from a_columns() on: padding is undefined.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

fn load_a4(row: u32, column4: u32) -> vec4<f32> {
  let columns = 4u * column4 + vec4(0u, 1u, 2u, 3u);
  return select(vec4(0.0), a[row * (params.a_stride / 4u) + column4], columns < vec4(a_columns()));
}

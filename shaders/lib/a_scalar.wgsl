// Matrix A of any size and stride, by scalar loads. Loads elements 4 * column4 ... 4 * column4 + 3 of a row, zero from
// a_columns() on.
@group(0) @binding(1) var<storage, read> a: array<f32>;

fn load_a4(row: u32, column4: u32) -> vec4<f32> {
  let columns = 4u * column4 + vec4(0u, 1u, 2u, 3u);
  let at = row * params.a_stride + min(columns, vec4(a_columns() - 1u));
  return select(vec4(0.0), vec4(a[at.x], a[at.y], a[at.z], a[at.w]), columns < vec4(a_columns()));
}

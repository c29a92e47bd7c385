// Elements 4 * column4 ... 4 * column4 + 3 of a row of a matrix B of any size and stride; past b_columns(), the row's
// last element, which is multiplied by zero or dropped.
fn load_b4(row: u32, column4: u32) -> vec4<f32> {
  let columns = min(4u * column4 + vec4(0u, 1u, 2u, 3u), vec4(b_columns() - 1u));
  return vec4(load_b(row, columns.x), load_b(row, columns.y), load_b(row, columns.z), load_b(row, columns.w));
}

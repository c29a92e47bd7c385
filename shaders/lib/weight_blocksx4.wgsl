// Block-quantised matrix B. vec4 loads; the stride is a multiple of four. Loads elements 4 * column4 ... 4 * column4 +
// 3 of a row.
fn load_b4(row: u32, column4: u32) -> vec4<f32> {
  return widen4(row * (params.b_stride / 4u) + column4);
}

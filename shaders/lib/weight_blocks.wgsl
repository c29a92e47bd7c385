// Block-quantised matrix B. Scalar loads, for any shape and stride.
fn load_b(row: u32, column: u32) -> f32 {
  let at = row * params.b_stride + column;
  return widen4(at >> 2u)[at & 3u];
}

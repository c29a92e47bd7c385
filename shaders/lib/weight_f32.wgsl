// Matrix B in f32. Scalar loads, for any shape and stride.
@group(0) @binding(2) var<storage, read> b: array<f32>;

fn load_b(row: u32, column: u32) -> f32 {
  return b[row * params.b_stride + column];
}

// Scalar operand loads of A B^T: A stored (m,k), B stored (n,k).
@group(0) @binding(1) var<storage, read> a: array<f32>;

fn a_at(row: u32, k: u32) -> f32 {
  return a[row * params.a_stride + k];
}

fn b_at(k: u32, column: u32) -> f32 {
  return load_b(column, k);
}

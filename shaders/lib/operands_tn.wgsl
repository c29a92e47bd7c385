// Scalar operand loads of A^T B: A stored (k,m), B stored (k,n).
@group(0) @binding(1) var<storage, read> a: array<f32>;

fn a_at(row: u32, k: u32) -> f32 {
  return a[k * params.a_stride + row];
}

fn b_at(k: u32, column: u32) -> f32 {
  return load_b(k, column);
}

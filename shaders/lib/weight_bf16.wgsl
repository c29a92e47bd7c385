// Matrix B in bf16 (the high half of an f32), two per word. Scalar loads, for any shape and stride.
@group(0) @binding(2) var<storage, read> b: array<u32>;

fn load_b(row: u32, column: u32) -> f32 {
  let at = row * params.b_stride + column;
  return bitcast<f32>((b[at >> 1u] >> ((at & 1u) * 16u)) << 16u);
}

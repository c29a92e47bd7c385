// Matrix B in f16. vec4 loads; the stride is a multiple of four.
@group(0) @binding(2) var<storage, read> b: array<vec2<u32>>;

// Elements 4 * column4 ... 4 * column4 + 3 of a row.
fn load_b4(row: u32, column4: u32) -> vec4<f32> {
  let words = b[row * (params.b_stride / 4u) + column4];
  return vec4(unpack2x16float(words.x), unpack2x16float(words.y));
}

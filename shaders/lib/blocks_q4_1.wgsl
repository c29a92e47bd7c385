// GGUF Q4_1: d q + m in blocks of 32. Five words: f16 d and m, then 16 bytes; byte i holds number i in its low and
// number i + 16 in its high nibble.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 3u) * 5u;
  let scales = unpack2x16float(b[block]);
  let word = b[block + 1u + (at4 & 3u)] >> (at4 & 4u);
  return scales.x * nibble_floats(word) + scales.y;
}

// GGUF Q4_0: d (q - 8) in blocks of 32. Nine words hold two blocks: both f16 d, then 16 bytes each; byte i holds number
// i in its low and number i + 16 in its high nibble.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 4u) * 9u;
  let block = (at4 >> 3u) & 1u;
  let word = b[unit + 1u + block * 4u + (at4 & 3u)] >> (at4 & 4u);
  return half_of(b[unit], block) * (nibble_floats(word) - 8.0);
}

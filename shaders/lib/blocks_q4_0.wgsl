// GGUF's Q4_0: d (q - 8) in blocks of 32. Nine words hold two blocks: both d in f16, then 16 bytes each, of which byte i
// has the number i below and the number i + 16 above.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 4u) * 9u;
  let block = (at4 >> 3u) & 1u;
  let word = b[unit + 1u + block * 4u + (at4 & 3u)] >> (at4 & 4u);
  return half_of(b[unit], block) * (vec4<f32>(nibbles_of(word)) - 8.0);
}

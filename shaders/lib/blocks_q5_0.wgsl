// GGUF Q5_0: d (q - 16) in blocks of 32. Eleven words hold two blocks: both f16 d, the fifth bits of each, then 16
// bytes each; byte i holds number i in its low and number i + 16 in its high nibble.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 4u) * 11u;
  let block = (at4 >> 3u) & 1u;
  let word = b[unit + 3u + block * 4u + (at4 & 3u)] >> (at4 & 4u);
  let high = b[unit + 1u + block] >> (4u * (at4 & 7u));
  return half_of(b[unit], block) * (floats_of(nibbles_of(word) | fifth_bits(high)) - 16.0);
}

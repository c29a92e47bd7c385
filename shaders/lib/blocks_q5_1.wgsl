// GGUF Q5_1: d q + m in blocks of 32. Six words: f16 d and m, the fifth bits, then 16 bytes; byte i holds number i in
// its low and number i + 16 in its high nibble.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 3u) * 6u;
  let scales = unpack2x16float(b[block]);
  let word = b[block + 2u + (at4 & 3u)] >> (at4 & 4u);
  let high = b[block + 1u] >> (4u * (at4 & 7u));
  return scales.x * floats_of(nibbles_of(word) | fifth_bits(high)) + scales.y;
}

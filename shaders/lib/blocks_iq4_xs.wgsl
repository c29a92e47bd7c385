// GGUF IQ4_XS: (d s) value[code] in blocks of 256, eight sub-blocks of 32 with an s of six bits, less 32, each. 34 words:
// f16 d and the high two bits of the s; their low four bits; 16 bytes a sub-block, whose byte i holds number i in its low
// and number i + 16 in its high nibble.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 6u) * 34u;
  let sub = (at4 >> 3u) & 7u;
  let low = (b[block + 1u] >> (4u * sub)) & 0xfu;
  let high = (b[block] >> (16u + 2u * sub)) & 3u;
  let s = f32(low | (high << 4u)) - 32.0;
  let word = b[block + 2u + sub * 4u + (at4 & 3u)] >> (at4 & 4u);
  return half_of(b[block], 0u) * s * iq4_values(word);
}

// GGUF Q5_K: (d s) q - (dmin m) in blocks of 256, eight sub-blocks of 32 with an s and an m each. 45 words: f16 d and
// dmin; s and m of the sub-blocks, a byte each; 32 bytes of fifth bits, bit p of byte i for number i of sub-block p; 32
// bytes per pair of sub-blocks, the first in the low nibbles.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 6u) * 45u;
  let part = (at4 >> 3u) & 7u;
  let pair = b[block + 1u + (part >> 1u)] >> (16u * (part & 1u));
  let scales = unpack2x16float(b[block]) * vec2<f32>(vec2(pair, pair >> 8u) & vec2(0xffu));
  let word = b[block + 13u + (part >> 1u) * 8u + (at4 & 7u)] >> (4u * (part & 1u));
  let high = (bytes_of(b[block + 5u + (at4 & 7u)]) >> vec4(part)) & vec4(1u);
  return scales.x * floats_of(nibbles_of(word) | (high << vec4(4u))) - scales.y;
}

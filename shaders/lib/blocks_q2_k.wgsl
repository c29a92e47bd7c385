// GGUF Q2_K: (d s) q - (dmin m) in blocks of 256, sixteen sub-blocks of 16 with an s and an m each. 21 words: a byte each
// of s (low nibble) and m; 64 bytes of numbers, of which 128 share 32 in four quarters; f16 d and dmin.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 6u) * 21u;
  let part = (at4 >> 5u) & 1u;
  let quarter = (at4 >> 3u) & 3u;
  let packed = b[block + ((at4 >> 4u) & 3u)] >> (8u * ((at4 >> 2u) & 3u));
  let scales = unpack2x16float(b[block + 20u]) * vec2<f32>(vec2(packed, packed >> 4u) & vec2(0xfu));
  let word = b[block + 4u + part * 8u + (at4 & 7u)] >> (2u * quarter);
  return scales.x * floats_of(bytes_of(word) & vec4(3u)) - scales.y;
}

// NF4: scale * value[code] in blocks of 256. 33 words: the f32 scale, then 128 bytes of codes.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 6u) * 33u;
  let codes = b[block + 1u + ((at4 & 63u) >> 1u)] >> (16u * (at4 & 1u));
  return bitcast<f32>(b[block]) * nf4_values(codes);
}

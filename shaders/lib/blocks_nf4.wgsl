// NF4: scale * value[code] in blocks of 64. Nine words: the f32 scale, then 32 bytes of codes.
fn widen4(at4: u32) -> vec4<f32> {
  let block = (at4 >> 4u) * 9u;
  let codes = b[block + 1u + ((at4 & 15u) >> 1u)] >> (16u * (at4 & 1u));
  return bitcast<f32>(b[block]) * nf4_values(codes);
}

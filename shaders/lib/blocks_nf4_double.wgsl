// Double-quantised NF4: groups of 256 blocks of 64. 2114 words: f32 scale and offset of the scales, 256 bytes of
// quantised scales, then the codes.
fn widen4(at4: u32) -> vec4<f32> {
  let group = (at4 >> 12u) * 2114u;
  let block = (at4 >> 4u) & 255u;
  let code = (b[group + 2u + (block >> 2u)] >> (8u * (block & 3u))) & 0xffu;
  let scale = dynamic_value(code) * bitcast<f32>(b[group]) + bitcast<f32>(b[group + 1u]);
  let codes = b[group + 66u + ((at4 & 4095u) >> 1u)] >> (16u * (at4 & 1u));
  return scale * nf4_values(codes);
}

// Double-quantised NF4: groups of 256 blocks of 256. 8258 words: f32 scale and offset of the scales, 256 bytes of
// quantised scales, then the codes.
fn widen4(at4: u32) -> vec4<f32> {
  let group = (at4 >> 14u) * 8258u;
  let block = (at4 >> 6u) & 255u;
  let code = (b[group + 2u + (block >> 2u)] >> (8u * (block & 3u))) & 0xffu;
  let scale = dynamic_value(code) * bitcast<f32>(b[group]) + bitcast<f32>(b[group + 1u]);
  let codes = b[group + 66u + ((at4 & 16383u) >> 1u)] >> (16u * (at4 & 1u));
  return scale * nf4_values(codes);
}

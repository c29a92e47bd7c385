// GGUF Q8_0: d q in blocks of 32. Seventeen words hold two blocks: both f16 d, then 32 signed bytes each.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 4u) * 17u;
  let word = b[unit + 1u + (at4 & 15u)];
  return half_of(b[unit], (at4 >> 3u) & 1u) * vec4<f32>(signed_bytes_of(word));
}

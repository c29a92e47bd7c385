// GGUF Q3_K: (d s) (q - 4) in blocks of 256, sixteen sub-blocks of 16 with an s of six bits, less 32, each. 55 words hold
// two blocks: both f16 d; 12 bytes of s each; 32 bytes of third bits each, bit p of byte i for number i of 32 in eighth p;
// 64 bytes of low bits each, of which 128 numbers share 32 in four quarters. Of the s, eight bytes have the low four bits
// and the four behind them the high two.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 7u) * 55u;
  let block = (at4 >> 6u) & 1u;
  let part = (at4 >> 5u) & 1u;
  let quarter = (at4 >> 3u) & 3u;
  let word = at4 & 7u;
  let sub = (at4 >> 2u) & 15u;
  let scales = unit + 1u + block * 3u;
  let s_low = (b[scales + ((sub >> 2u) & 1u)] >> (8u * (sub & 3u) + 4u * (sub >> 3u))) & 0xfu;
  let s_high = (b[scales + 2u] >> (8u * (sub & 3u) + 2u * (sub >> 2u))) & 3u;
  let s = f32(s_low | (s_high << 4u)) - 32.0;
  let low = bytes_of(b[unit + 23u + block * 16u + part * 8u + word] >> (2u * quarter)) & vec4(3u);
  let third = bytes_of(b[unit + 7u + block * 8u + word] >> (4u * part + quarter)) & vec4(1u);
  return half_of(b[unit], block) * s * (vec4<f32>(low | (third << vec4(2u))) - 4.0);
}

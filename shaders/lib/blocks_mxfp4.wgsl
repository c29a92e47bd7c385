// Twice the values of the sixteen E2M1 codes; the scale compensates.
const MXFP4_VALUES = array<f32, 16>(
  0.0,
  1.0,
  2.0,
  3.0,
  4.0,
  6.0,
  8.0,
  12.0,
  0.0,
  -1.0,
  -2.0,
  -3.0,
  -4.0,
  -6.0,
  -8.0,
  -12.0,
);

// MXFP4 of GGUF: 2^(e - 128) value[code] in blocks of 32. 17 words hold four blocks: a byte of e each, then 16 bytes each;
// byte i holds number i in its low and number i + 16 in its high nibble. Below e = 2 the scale is subnormal.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 5u) * 17u;
  let block = (at4 >> 3u) & 3u;
  let e = (b[unit] >> (8u * block)) & 0xffu;
  let scale = bitcast<f32>(select((e - 1u) << 23u, 0x00200000u << (e & 1u), e < 2u));
  let code = nibbles_of(b[unit + 1u + block * 4u + (at4 & 3u)] >> (at4 & 4u));
  return scale * vec4(MXFP4_VALUES[code.x], MXFP4_VALUES[code.y], MXFP4_VALUES[code.z], MXFP4_VALUES[code.w]);
}

// The sixteen NF4 values: quantiles of a normal distribution with an exact zero.
const NF4_VALUES = array<f32, 16>(
  -1.0,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0.0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1.0,
);

// Decodes four codes in the low 16 bits of a word; the high nibble of a byte comes first.
fn nf4_values(codes: u32) -> vec4<f32> {
  let at = (vec4(codes) >> vec4(4u, 0u, 12u, 8u)) & vec4(15u);
  return vec4(NF4_VALUES[at.x], NF4_VALUES[at.y], NF4_VALUES[at.z], NF4_VALUES[at.w]);
}

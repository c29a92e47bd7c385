// Values of the sixteen codes of IQ4_NL and IQ4_XS.
const IQ4_VALUES = array<f32, 16>(
  -127.0,
  -104.0,
  -83.0,
  -65.0,
  -49.0,
  -35.0,
  -22.0,
  -10.0,
  1.0,
  13.0,
  25.0,
  38.0,
  53.0,
  69.0,
  89.0,
  113.0,
);

// Decodes the low nibbles of the four bytes of a word.
fn iq4_values(word: u32) -> vec4<f32> {
  let at = nibbles_of(word);
  return vec4(IQ4_VALUES[at.x], IQ4_VALUES[at.y], IQ4_VALUES[at.z], IQ4_VALUES[at.w]);
}

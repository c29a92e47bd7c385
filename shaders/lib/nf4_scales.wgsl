// bitsandbytes' signed dynamic map: code 127 is 0, 255 is 1; for p = 1 ... 127 steps from 127, those from 2^e to 2^(e +
// 1) - 1 are the midpoints of 2^e equal steps of [0.1, 1], times 10^(e - 6).
fn dynamic_value(code: u32) -> f32 {
  let steps = i32(code) - 127;
  let p = u32(abs(steps));
  if (p == 0u) {
    return 0.0;
  }
  if (p == 128u) {
    return 1.0;
  }
  let e = firstLeadingBit(p);
  let five = select(1.0, 5.0, (e & 1u) != 0u) * select(1.0, 25.0, (e & 2u) != 0u) * select(1.0, 625.0, (e & 4u) != 0u);
  // 10^(e - 6) (0.1 + 0.9 (p - 2^e + 0.5) / 2^e) with 10^e = 2^e 5^e
  let magnitude = 1e-6 * five * (0.9 * (f32(p) + 0.5) - 0.8 * f32(1u << e));
  return select(magnitude, -magnitude, steps < 0);
}

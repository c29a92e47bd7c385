// 1 / (1 + e^-x), with a clamped exponent to avoid overflow; beyond the clamp the result is below 1e-34.
fn sigmoid(x: Element) -> Element {
  return 1.0 / (1.0 + exp(min(-x, Element(80.0))));
}

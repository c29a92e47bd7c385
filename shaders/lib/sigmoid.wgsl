// 1 / (1 + e^-x). The exponent is bounded so that no intermediate overflows; past the bound the result is below 1e-34.
fn sigmoid(x: Element) -> Element {
  return 1.0 / (1.0 + exp(min(-x, Element(80.0))));
}

// tanh-approximated GELU: ½ x (1 + tanh(u)) with u = √(2/π) (x + 0.044715 x³), which is x σ(2u). Its derivative is s +
// x s (1 - s) 2u' with s = σ(2u).
const TWICE_ROOT = 1.5957691216057308;
const CUBIC = 0.044715;

fn activate(x: Element) -> Element {
  return x * sigmoid(TWICE_ROOT * (x + CUBIC * x * x * x));
}

fn slope(x: Element) -> Element {
  // Beyond ±20 the derivative is 0 or 1 in f32, but powers of x would outgrow the vanishing s.
  let z = clamp(x, Element(-20.0), Element(20.0));
  let s = sigmoid(TWICE_ROOT * (z + CUBIC * z * z * z));
  return s + z * s * (1.0 - s) * TWICE_ROOT * (1.0 + 3.0 * CUBIC * z * z);
}

// silu(x) = x σ(x), silu'(x) = σ(x) (1 + x (1 - σ(x))).
fn activate(x: Element) -> Element {
  return x * sigmoid(x);
}

fn slope(x: Element) -> Element {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}

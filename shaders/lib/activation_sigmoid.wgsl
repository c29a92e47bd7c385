// σ(x), σ'(x) = σ(x) (1 - σ(x)).
fn activate(x: Element) -> Element {
  return sigmoid(x);
}

fn slope(x: Element) -> Element {
  let s = sigmoid(x);
  return s * (1.0 - s);
}

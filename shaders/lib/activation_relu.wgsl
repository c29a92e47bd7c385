// max(x, 0), with derivative 0 at 0.
fn activate(x: Element) -> Element {
  return max(x, Element(0.0));
}

fn slope(x: Element) -> Element {
  return select(Element(0.0), Element(1.0), x > Element(0.0));
}

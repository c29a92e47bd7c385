// Scalar loads, for any head dimension. HEAD_DIM is prepended.
alias Element = f32;
const WIDTH = HEAD_DIM;

fn inner(a: Element, b: Element) -> f32 {
  return a * b;
}

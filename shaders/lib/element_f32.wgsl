// Scalar elements, for any count.
alias Element = f32;
alias Indices = u32;
const WIDTH = 1u;

// Sum of an element's components.
fn fold(element: Element) -> f32 {
  return element;
}

// Maximum of an element's components.
fn fold_max(element: Element) -> f32 {
  return element;
}

// A component of an element.
fn component(element: Element, _index: u32) -> f32 {
  return element;
}

// Buffer indices of element i's numbers.
fn indices(i: u32) -> Indices {
  return i;
}

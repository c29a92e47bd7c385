// Buffers are read one number at a time: any count of them.
alias Element = f32;
alias Indices = u32;
const WIDTH = 1u;

// The sum of an element's numbers.
fn fold(element: Element) -> f32 {
  return element;
}

// The largest of an element's numbers.
fn fold_max(element: Element) -> f32 {
  return element;
}

// One number of an element.
fn component(element: Element, _index: u32) -> f32 {
  return element;
}

// Where the numbers of element i stand in the buffer.
fn indices(i: u32) -> Indices {
  return i;
}

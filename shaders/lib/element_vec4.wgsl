// Buffers are read four numbers at a time: rows and counts that are multiples of four.
alias Element = vec4<f32>;
alias Indices = vec4<u32>;
const WIDTH = 4u;

// The sum of an element's numbers.
fn fold(element: Element) -> f32 {
  return (element.x + element.y) + (element.z + element.w);
}

// The largest of an element's numbers.
fn fold_max(element: Element) -> f32 {
  return max(max(element.x, element.y), max(element.z, element.w));
}

// One number of an element.
fn component(element: Element, index: u32) -> f32 {
  return element[index];
}

// Where the numbers of element i stand in the buffer.
fn indices(i: u32) -> Indices {
  return vec4(4u * i) + vec4(0u, 1u, 2u, 3u);
}

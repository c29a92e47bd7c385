// vec4 elements, for rows and counts divisible by four.
alias Element = vec4<f32>;
alias Indices = vec4<u32>;
const WIDTH = 4u;

// Sum of an element's components.
fn fold(element: Element) -> f32 {
  return (element.x + element.y) + (element.z + element.w);
}

// Maximum of an element's components.
fn fold_max(element: Element) -> f32 {
  return max(max(element.x, element.y), max(element.z, element.w));
}

// A component of an element.
fn component(element: Element, index: u32) -> f32 {
  return element[index];
}

// Buffer indices of element i's numbers.
fn indices(i: u32) -> Indices {
  return vec4(4u * i) + vec4(0u, 1u, 2u, 3u);
}

// Loads a vec4 element of B.
fn load_element(row: u32, element: u32) -> Element {
  return load_b4(row, element);
}

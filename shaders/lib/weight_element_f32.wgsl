// Loads a scalar element of B.
fn load_element(row: u32, element: u32) -> Element {
  return load_b(row, element);
}

// An element of the stored matrix B, one number.
fn load_element(row: u32, element: u32) -> Element {
  return load_b(row, element);
}

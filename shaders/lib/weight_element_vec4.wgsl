// An element of the stored matrix B, four numbers.
fn load_element(row: u32, element: u32) -> Element {
  return load_b4(row, element);
}

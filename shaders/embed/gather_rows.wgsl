// y[i] = x[rows[i]]: x (params.rows, width), y (count / width, width); zeros if the index is out of range. Overwrites
// y.
fn compute_element(i: u32) {
  let row = rows[i / params.width];
  var value = Element(0.0);
  if (row < params.rows) {
    value = x[row * params.width + i % params.width];
  }
  y[i] = value;
}

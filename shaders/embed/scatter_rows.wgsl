// y[rows[i]] = x[i]: x (count / width, width), y (params.rows, width); out-of-range indices are dropped. Indices must
// be unique; other rows of y are unchanged.
fn compute_element(i: u32) {
  let row = rows[i / params.width];
  if (row < params.rows) {
    y[row * params.width + i % params.width] = x[i];
  }
}

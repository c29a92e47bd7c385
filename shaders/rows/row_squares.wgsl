// y[first_row + i] = Σ_j B[i,j]² for the rows of one shard of a frozen matrix in any storage format; other rows of y
// are unchanged. One workgroup per row.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  first_row: u32,
  b_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn compute_row(row: u32, lane: u32) {
  var squares = Element(0.0);
  for (var i = lane; i < params.columns; i += LANES) {
    let value = load_element(row, i);
    squares += value * value;
  }
  let sum = sum_lanes(fold(squares), lane);
  if (lane == 0u) {
    y[params.first_row + row] = sum;
  }
}

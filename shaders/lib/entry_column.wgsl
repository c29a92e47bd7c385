// Entry point of column reductions: sums[column] = Σ_row term(row, column), accumulated if params.accumulate is 1. A
// workgroup has COLUMN_LANES columns with ROW_LANES invocations each (both prepended).
var<workgroup> column_values: array<Element, COLUMN_LANES * ROW_LANES>;

// Sum over the invocations of a column. Must be called by all lanes; only row lane 0 gets the sum.
fn sum_row_lanes(value: Element, lane: u32) -> Element {
  if (ROW_LANES == 1u) {
    return value;
  }
  column_values[lane] = value;
  for (var half = ROW_LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half * COLUMN_LANES) {
      column_values[lane] += column_values[lane + half * COLUMN_LANES];
    }
  }
  return column_values[lane];
}

@compute @workgroup_size(COLUMN_LANES * ROW_LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let column = flat_workgroup(workgroup, workgroups) * COLUMN_LANES + lane % COLUMN_LANES;
  let row_lane = lane / COLUMN_LANES;
  var sum = Element(0.0);
  if (column < params.columns) {
    for (var row = row_lane; row < params.rows; row += ROW_LANES) {
      sum += term(row, column);
    }
  }
  var total = sum_row_lanes(sum, lane);
  if (row_lane == 0u && column < params.columns) {
    if (params.accumulate == 1u) {
      total += sums[column];
    }
    sums[column] = total;
  }
}

// Sums over the ROW_LANES invocations of a workgroup that share a column; a workgroup has COLUMN_LANES columns (both are
// prepended). All lanes must call it; only the first of a column (row lane 0) gets the sum.
var<workgroup> column_values: array<Element, COLUMN_LANES * ROW_LANES>;

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

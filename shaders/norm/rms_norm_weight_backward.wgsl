// Gradient of rms_norm with respect to w: dw[c] = Σ_rows dy · x · inverse_rms.
// Overwrites dw (columns), or adds to it where params.accumulate is 1.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> x: array<Element>;
@group(0) @binding(3) var<storage, read> inverse_rms: array<f32>;
@group(0) @binding(4) var<storage, read_write> dw: array<Element>;

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
      let i = row * params.columns + column;
      sum += dy[i] * x[i] * inverse_rms[row];
    }
  }
  var total = sum_row_lanes(sum, lane);
  if (row_lane == 0u && column < params.columns) {
    if (params.accumulate == 1u) {
      total += dw[column];
    }
    dw[column] = total;
  }
}

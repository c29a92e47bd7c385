// For each row: dx = y · (dy - Σ dy · y), with y what the softmax gave. Overwrites dx (rows, columns). One invocation a
// row: the columns are few.
struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = flat_workgroup(workgroup, workgroups) * 64u + local;
  if (row >= params.rows) {
    return;
  }
  let start = row * params.columns;
  var mean = 0.0;
  for (var i = start; i < start + params.columns; i++) {
    mean += dy[i] * y[i];
  }
  for (var i = start; i < start + params.columns; i++) {
    dx[i] = y[i] * (dy[i] - mean);
  }
}

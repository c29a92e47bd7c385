// y[b,c,r] = x[b,r,c]: swaps rows and columns of every block of x (blocks, rows, columns). Overwrites y.
struct Params {
  count: u32,
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flat_workgroup(workgroup, workgroups) * 64u + local;
  if (i >= params.count) {
    return;
  }
  let row = i % params.rows;
  let column = (i / params.rows) % params.columns;
  let block = i / (params.rows * params.columns);
  y[i] = x[(block * params.rows + row) * params.columns + column];
}

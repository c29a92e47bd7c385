// y[i] = scale · B[ids[i] - first_row] for ids in this shard of the table; other rows of y belong to other shards and
// are left unchanged. y (count, columns). One workgroup per id.
struct Params {
  count: u32,
  // In elements.
  columns: u32,
  first_row: u32,
  shard_rows: u32,
  b_stride: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flat_workgroup(workgroup, workgroups);
  if (i >= params.count) {
    return;
  }
  // An id below the shard wraps around to far past its end.
  let row = ids[i] - params.first_row;
  if (row >= params.shard_rows) {
    return;
  }
  for (var column = local; column < params.columns; column += 64u) {
    y[i * params.columns + column] = params.scale * load_element(row, column);
  }
}

// dtable[id] += Σ dy[i] over the positions i with that id, in order, so that the sum is deterministic. The workgroup of
// an id's first position adds all of them; out-of-range ids and the padding row are skipped. Other rows are unchanged.
struct Params {
  count: u32,
  // In elements.
  columns: u32,
  rows: u32,
  padding_row: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read> occurrences: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> dtable: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = flat_workgroup(workgroup, workgroups);
  if (first >= params.count) {
    return;
  }
  let row = ids[first];
  if (occurrences[first].x == 0u || row >= params.rows || row == params.padding_row) {
    return;
  }
  for (var column = local; column < params.columns; column += 64u) {
    var sum = dtable[row * params.columns + column];
    for (var i = first; i < params.count; i = occurrences[i].y) {
      sum += dy[i * params.columns + column];
    }
    dtable[row * params.columns + column] = sum;
  }
}

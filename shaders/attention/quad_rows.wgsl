// Shared by the quad attention kernels: loads of four rows at once.

// Four elements of each of the four rows that start at `at`.
fn four_queries(at: vec4<u32>, d: u32) -> mat4x4<f32> {
  return mat4x4(q[at.x + d], q[at.y + d], q[at.z + d], q[at.w + d]);
}

fn four_keys(at: vec4<u32>, d: u32) -> mat4x4<f32> {
  return mat4x4(k[at.x + d], k[at.y + d], k[at.z + d], k[at.w + d]);
}

fn four_values(at: vec4<u32>, d: u32) -> mat4x4<f32> {
  return mat4x4(v[at.x + d], v[at.y + d], v[at.z + d], v[at.w + d]);
}

// Row offsets in q and in k, clamped to the last row.
fn query_offsets(batch: u32, rows: vec4<u32>, head: u32) -> vec4<u32> {
  let last = min(rows, vec4(params.queries - 1u));
  return ((batch * params.queries + last) * params.heads + head) * WIDTH;
}

fn key_offsets(batch: u32, rows: vec4<u32>, kv_head: u32) -> vec4<u32> {
  let last = min(rows, vec4(params.keys - 1u));
  return ((batch * params.keys + last) * params.kv_heads + kv_head) * WIDTH;
}

// Union of the non-empty ranges [first, last) of the rows.
fn union_of_rows(first: vec4<u32>, last: vec4<u32>) -> vec2<u32> {
  let starts = select(vec4(0xffffffffu), first, first < last);
  let ends = select(vec4(0u), last, first < last);
  return vec2(
    min(min(starts.x, starts.y), min(starts.z, starts.w)),
    max(max(ends.x, ends.y), max(ends.z, ends.w)),
  );
}

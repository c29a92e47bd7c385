// Workgroups along z of matmul/tile* sum over a part of k each: sums are stored by part (parts, m, n), rows padded to
// params.c_stride, and added up by matmul/sum_parts.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

var<private> part: u32;

// First k of a part, and the end; parts are a multiple of DEPTH long.
fn part_of_k(z: u32) -> vec2<u32> {
  // A private variable does not count as uniform, which the loop's barriers require.
  let own = params.first_part + z;
  part = own;
  return vec2(own * params.part_k, min(params.k, (own + 1u) * params.part_k));
}

// Stores four adjacent elements of a row from a column divisible by four.
fn write_c4(row: u32, column: u32, sums: vec4<f32>) {
  if (row < params.m && column < params.n) {
    c[((part * params.m + row) * params.c_stride + column) / 4u] = sums;
  }
}

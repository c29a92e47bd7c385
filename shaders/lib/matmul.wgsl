// Shared by the matmul kernels: C (m,n) = alpha * A B, or += if `accumulate` is 1. Strides are row strides in elements
// of each matrix as stored; `c_offset` is the element of C where the result starts, so that the product with a shard of
// W's rows can fill its own columns.
struct Params {
  m: u32,
  n: u32,
  k: u32,
  a_stride: u32,
  b_stride: u32,
  c_stride: u32,
  c_offset: u32,
  alpha: f32,
  accumulate: u32,
  // First tile of this dispatch: long products are split.
  first_x: u32,
  first_y: u32,
  // First part of k of this dispatch, and the length of a part; see lib/split_k.
  first_part: u32,
  part_k: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

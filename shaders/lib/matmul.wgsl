// Shared by the matmul kernels: C (m,n) is alpha * A B, written over what was there or, where `accumulate` is 1, added
// to it. Strides are elements from one row to the next as each matrix is stored; `c_offset` is the element of C where
// the result's (0,0) goes, so that the product with a shard of W's rows can fill its own columns.
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
  // The first tile of this dispatch: long products are cut into several.
  first_x: u32,
  first_y: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

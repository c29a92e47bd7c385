// C (m,n) = A (m,k) B^T with B stored (n,k) in quantised blocks, for one or very few rows of A (decoding). k is a
// multiple of 32, rows of B are adjacent, and A's stride is a multiple of four. A workgroup computes eight columns of
// one row: its lanes take turns at 32 numbers of k, so that a block's scales and words are read once, and add up. The
// grid is folded over x and y for the columns, with rows in z. Overwrites or accumulates into C; see lib/matmul.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

// Products of four rows of B with 32 numbers of A: sixteen in the columns of `near` and as many in those of `far`, scaled
// as the codes are stored; `sums` are the sums of the unscaled ones by their place in a column.
fn dots(rows: vec4<u32>, block: u32, near: mat4x4<f32>, far: mat4x4<f32>, sums: mat2x4<f32>) -> vec4<f32> {
  let blocks = rows * (params.b_stride / 32u) + block;
  return vec4(
    block_dot(blocks.x, near, far, sums),
    block_dot(blocks.y, near, far, sums),
    block_dot(blocks.z, near, far, sums),
    block_dot(blocks.w, near, far, sums),
  );
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = workgroup.z;
  let column = 8u * flat_workgroup(workgroup, workgroups);
  // Past the edge, clamp to the last column; write_c4 drops the result.
  let near_rows = min(column + vec4(0u, 1u, 2u, 3u), vec4(params.n - 1u));
  let far_rows = min(column + vec4(4u, 5u, 6u, 7u), vec4(params.n - 1u));
  var near: vec4<f32>;
  var far: vec4<f32>;
  for (var block = lane; block < params.k / 32u; block += LANES) {
    let at = row * (params.a_stride / 4u) + 8u * block;
    let x0 = a[at];
    let x1 = a[at + 1u];
    let x2 = a[at + 2u];
    let x3 = a[at + 3u];
    let x4 = a[at + 4u];
    let x5 = a[at + 5u];
    let x6 = a[at + 6u];
    let x7 = a[at + 7u];
    let sums = mat2x4(x0 + x1 + x2 + x3, x4 + x5 + x6 + x7);
    let low = near_scales(block);
    let high = far_scales(block);
    let near_x = mat4x4(low * x0, low * x1, low * x2, low * x3);
    let far_x = mat4x4(high * x4, high * x5, high * x6, high * x7);
    near += dots(near_rows, block, near_x, far_x, sums);
    far += dots(far_rows, block, near_x, far_x, sums);
  }
  let near_sum = sum_lane_quads(near, lane);
  let far_sum = sum_lane_quads(far, lane);
  if (lane < 2u) {
    write_c4(row, column + 4u * lane, select(near_sum, far_sum, lane == 1u));
  }
}

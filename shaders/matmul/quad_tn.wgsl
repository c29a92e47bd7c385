// C (m,n) = A^T B with A stored (k,m) and B stored (k,n): weight gradients, with k the tokens. One quad computes 16 x 16
// elements in registers; see lib/quad. Overwrites or accumulates into C; see lib/matmul.
fn a_columns() -> u32 {
  return params.m;
}

fn b_columns() -> u32 {
  return params.n;
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let lane = invocation & 3u;
  // Past the edge, clamp to the last rows and columns; write_c4 drops the results.
  let a_column4 = min(tile.y * 4u + lane, (params.m + 3u) / 4u - 1u);
  let b_column4 = min(tile.x * 4u + lane, (params.n + 3u) / 4u - 1u);
  // Sums for step s: one matrix column per row of C.
  var c0: mat4x4<f32>;
  var c1: mat4x4<f32>;
  var c2: mat4x4<f32>;
  var c3: mat4x4<f32>;
  for (var k = 0u; k < params.k; k += 2u) {
    // An odd k is padded by a product with zero.
    let last = min(k + 1u, params.k - 1u);
    let a0 = load_a4(k, a_column4);
    let a1 = select(vec4(0.0), load_a4(last, a_column4), k + 1u < params.k);
    let rows = transpose(mat2x4(a0, a1));
    let own0 = load_b4(k, b_column4);
    let own1 = load_b4(last, b_column4);
    c0 += mat2x4(own0, own1) * rows;
    c1 += mat2x4(quadSwapX(own0), quadSwapX(own1)) * rows;
    c2 += mat2x4(quadSwapY(own0), quadSwapY(own1)) * rows;
    c3 += mat2x4(quadSwapDiagonal(own0), quadSwapDiagonal(own1)) * rows;
  }
  // Loop over a copy: unrolled stores would dominate compile time.
  var sums = array(c0, c1, c2, c3);
  for (var step = 0u; step < 4u; step++) {
    for (var r = 0u; r < 4u; r++) {
      write_c4(tile.y * 16u + 4u * lane + r, tile.x * 16u + 4u * (lane ^ step), sums[step][r]);
    }
  }
}

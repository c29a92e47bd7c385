// C (m,n) = A (m,k) B^T with B stored (n,k), for one or very few rows of A where barriers are expensive: one quad
// splits k for eight columns of one row and reduces across its lanes. The grid is folded over x and y for the columns,
// with rows in z. Overwrites or accumulates into C; see lib/matmul.
fn a_columns() -> u32 {
  return params.k;
}

fn b_columns() -> u32 {
  return params.k;
}

fn columns_of(first: u32, k4: u32) -> mat4x4<f32> {
  // Past the edge, clamp to the last column; write_c4 drops the result.
  let rows = min(vec4(first, first + 1u, first + 2u, first + 3u), vec4(params.n - 1u));
  return mat4x4(load_b4(rows.x, k4), load_b4(rows.y, k4), load_b4(rows.z, k4), load_b4(rows.w, k4));
}

fn across_quad(own: vec4<f32>) -> vec4<f32> {
  let pairs = own + quadSwapX(own);
  return pairs + quadSwapY(pairs);
}

@compute @workgroup_size(4)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(subgroup_invocation_id) invocation: u32,
) {
  let lane = invocation & 3u;
  let row = workgroup.z;
  let column = 8u * flat_workgroup(workgroup, workgroups);
  var low: vec4<f32>;
  var high: vec4<f32>;
  let steps = (params.k + 3u) / 4u;
  for (var step = 0u; step < steps; step += 4u) {
    // Keep all lanes active: the reduction below needs a whole quad.
    let k4 = min(step + lane, steps - 1u);
    let x = select(vec4(0.0), load_a4(row, k4), step + lane < steps);
    low += x * columns_of(column, k4);
    high += x * columns_of(column + 4u, k4);
  }
  let low_sum = across_quad(low);
  let high_sum = across_quad(high);
  if (lane < 2u) {
    write_c4(row, column + 4u * lane, select(low_sum, high_sum, lane == 1u));
  }
}

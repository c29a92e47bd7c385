// Four lanes, each holding one of four rows of A and one of four columns of B, compute the 4x4 block of products in
// four steps: in step s, lane l uses the column of lane l ^ s. Each value is loaded once, and shared memory is not
// used. The result of step s is for row l and column l ^ s.
fn swap_x(columns: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4(quadSwapX(columns[0]), quadSwapX(columns[1]), quadSwapX(columns[2]), quadSwapX(columns[3]));
}

fn swap_y(columns: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4(quadSwapY(columns[0]), quadSwapY(columns[1]), quadSwapY(columns[2]), quadSwapY(columns[3]));
}

// The values of lanes l, l ^ 1, l ^ 2 and l ^ 3. All lanes must participate. Callers with loop bounds agreed on by the
// quad cannot prove that to the compiler, so the diagnostic is off.
@diagnostic(off, subgroup_uniformity)
fn all_lanes(own: vec4<f32>) -> mat4x4<f32> {
  let across = quadSwapY(own);
  return mat4x4(own, quadSwapX(own), across, quadSwapX(across));
}

// Reorders lane l's results of steps 0 ... 3 (columns l, l ^ 1, l ^ 2, l ^ 3) by column.
fn in_order(steps: vec4<f32>, lane: u32) -> vec4<f32> {
  let pairs = select(steps, steps.yxwz, (lane & 1u) != 0u);
  return select(pairs, pairs.zwxy, (lane & 2u) != 0u);
}

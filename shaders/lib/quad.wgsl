// Four lanes that each hold one of four rows of A and one of four columns of B make the 4x4 block of their products in
// four steps: in step s, lane l takes the column of lane l ^ s. No value is read twice, and nothing passes through
// memory. The result for step s belongs to row l and column l ^ s.
fn swap_x(columns: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4(quadSwapX(columns[0]), quadSwapX(columns[1]), quadSwapX(columns[2]), quadSwapX(columns[3]));
}

fn swap_y(columns: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4(quadSwapY(columns[0]), quadSwapY(columns[1]), quadSwapY(columns[2]), quadSwapY(columns[3]));
}

// What the lanes l, l ^ 1, l ^ 2 and l ^ 3 hold. All lanes must take part; callers whose loops end by what the quad has
// agreed on cannot prove that to the compiler, so it does not ask.
@diagnostic(off, subgroup_uniformity)
fn all_lanes(own: vec4<f32>) -> mat4x4<f32> {
  let across = quadSwapY(own);
  return mat4x4(own, quadSwapX(own), across, quadSwapX(across));
}

// What lane l made in steps 0 ... 3, for columns l, l ^ 1, l ^ 2 and l ^ 3, in the order of the columns.
fn in_order(steps: vec4<f32>, lane: u32) -> vec4<f32> {
  let pairs = select(steps, steps.yxwz, (lane & 1u) != 0u);
  return select(pairs, pairs.zwxy, (lane & 2u) != 0u);
}

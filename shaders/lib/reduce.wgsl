// Sums and maxima over the LANES invocations of a workgroup (LANES is prepended, a power of two). Must be called by all
// lanes; all get the result.
var<workgroup> lane_values: array<f32, LANES>;
var<workgroup> lane_pairs: array<vec2<f32>, LANES>;
var<workgroup> lane_quads: array<vec4<f32>, LANES>;

fn sum_lanes(value: f32, lane: u32) -> f32 {
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      lane_values[lane] += lane_values[lane + half];
    }
  }
  return workgroupUniformLoad(&lane_values[0]);
}

fn max_lanes(value: f32, lane: u32) -> f32 {
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      lane_values[lane] = max(lane_values[lane], lane_values[lane + half]);
    }
  }
  return workgroupUniformLoad(&lane_values[0]);
}

// Two sums for the price of one.
fn sum_lane_pairs(pair: vec2<f32>, lane: u32) -> vec2<f32> {
  lane_pairs[lane] = pair;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      lane_pairs[lane] += lane_pairs[lane + half];
    }
  }
  return workgroupUniformLoad(&lane_pairs[0]);
}

// Four sums for the price of one.
fn sum_lane_quads(quad: vec4<f32>, lane: u32) -> vec4<f32> {
  lane_quads[lane] = quad;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      lane_quads[lane] += lane_quads[lane + half];
    }
  }
  return workgroupUniformLoad(&lane_quads[0]);
}

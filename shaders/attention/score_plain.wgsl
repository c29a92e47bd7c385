// A score is the dot product times the scale.
fn capped(dots: vec4<f32>) -> vec4<f32> {
  return params.scale * dots;
}

// Derivative of `capped` by the dot product, from its value.
fn capped_slope(_value: vec4<f32>) -> vec4<f32> {
  return vec4(params.scale);
}

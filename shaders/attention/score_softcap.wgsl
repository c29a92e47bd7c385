// A score is the dot product times the scale, bounded to +-softcap: softcap * tanh(scale * dot / softcap).
fn capped(dots: vec4<f32>) -> vec4<f32> {
  // Beyond 15, tanh is 1 in f32, and drivers that compute it from exp would overflow.
  let ratio = clamp(params.scale / params.softcap * dots, vec4(-15.0), vec4(15.0));
  return params.softcap * tanh(ratio);
}

// Derivative of `capped` by the dot product, from its value.
fn capped_slope(value: vec4<f32>) -> vec4<f32> {
  let ratio = value / params.softcap;
  return params.scale * (1.0 - ratio * ratio);
}

// The largest score of all, from those of the workgroups.
fn overall_top() -> f32 {
  var top = LOWEST;
  for (var i = 0u; i < params.groups; i++) {
    top = max(top, bitcast<f32>(tops[3u * i]));
  }
  return top;
}

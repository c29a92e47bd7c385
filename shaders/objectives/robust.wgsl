// Robust DPO (Chowdhury et al. 2024): DPO's loss, unbiased where a share ε of the labels is flipped.
fn judge(pair: Pair) -> Judgement {
  let ratios = pair.policy - pair.reference;
  let z = params.beta * (ratios.x - ratios.y);
  let smoothing = params.label_smoothing;
  let norm = 1.0 / (1.0 - 2.0 * smoothing);
  let loss = norm * (smoothing * log_sigmoid(-z) - (1.0 - smoothing) * log_sigmoid(z));
  let slope = -norm * ((1.0 - smoothing) * sigmoid(-z) + smoothing * sigmoid(z));
  return Judgement(loss, params.beta * slope * vec2(1.0, -1.0), params.beta * ratios);
}

// CPO (Xu et al. 2024): DPO's loss without a reference; the likelihood of the chosen answers is added to it.
fn judge(pair: Pair) -> Judgement {
  let loss = smoothed_loss(params.beta * (pair.policy.x - pair.policy.y), params.label_smoothing);
  return Judgement(loss.x, params.beta * loss.y * vec2(1.0, -1.0), params.beta * pair.policy);
}

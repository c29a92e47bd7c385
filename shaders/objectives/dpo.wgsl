// DPO (Rafailov et al. 2023): -log σ(β (log-ratio of chosen - log-ratio of rejected)).
fn judge(pair: Pair) -> Judgement {
  let ratios = pair.policy - pair.reference;
  let loss = smoothed_loss(params.beta * (ratios.x - ratios.y), 0.0);
  return Judgement(loss.x, params.beta * loss.y * vec2(1.0, -1.0), params.beta * ratios);
}

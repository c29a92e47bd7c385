// SimPO (Meng et al. 2024): -log σ(β (mean log p per token of chosen - of rejected) - γ).
fn judge(pair: Pair) -> Judgement {
  let means = pair.policy / pair.tokens;
  let loss = smoothed_loss(params.beta * (means.x - means.y) - params.gamma, params.label_smoothing);
  return Judgement(
    loss.x,
    params.beta * loss.y * vec2(1.0, -1.0) / pair.tokens,
    params.beta * means,
  );
}

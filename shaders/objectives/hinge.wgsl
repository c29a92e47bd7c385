// DPO with the hinge loss of SLiC (Zhao et al. 2023): max(0, 1 - β (log-ratio of chosen - log-ratio of rejected)).
fn judge(pair: Pair) -> Judgement {
  let ratios = pair.policy - pair.reference;
  let missing = 1.0 - params.beta * (ratios.x - ratios.y);
  let slope = select(0.0, -params.beta, missing > 0.0);
  return Judgement(max(missing, 0.0), slope * vec2(1.0, -1.0), params.beta * ratios);
}

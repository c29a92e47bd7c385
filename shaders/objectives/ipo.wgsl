// IPO (Azar et al. 2023): (mean log-ratio per token of chosen - of rejected - 1 / 2β)².
fn judge(pair: Pair) -> Judgement {
  let ratios = pair.policy - pair.reference;
  let means = ratios / pair.tokens;
  let distance = means.x - means.y - 1.0 / (2.0 * params.beta);
  return Judgement(
    distance * distance,
    2.0 * distance * vec2(1.0, -1.0) / pair.tokens,
    params.beta * ratios,
  );
}

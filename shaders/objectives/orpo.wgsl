// ORPO (Hong et al. 2024): -λ log σ(log-odds of chosen - of rejected), where the odds are of the mean log probability per
// token; the likelihood of the chosen answer and its prompt is added to it. λ is params.beta.
fn judge(pair: Pair) -> Judgement {
  // A probability of one has no finite odds.
  let means = min(pair.policy / pair.tokens, vec2(-1e-7));
  // 1 - p without cancellation where p is nearly one: a Taylor series of 1 - exp(x).
  let series = -means * (1.0 + means / 2.0 * (1.0 + means / 3.0 * (1.0 + means / 4.0 * (1.0 + means / 5.0))));
  let missing = select(1.0 - exp(means), series, means > vec2(-0.1));
  let odds = means - log(missing);
  let z = odds.x - odds.y;
  let slope = -params.beta * sigmoid(-z);
  return Judgement(
    -params.beta * log_sigmoid(z),
    slope * vec2(1.0, -1.0) / (missing * pair.tokens),
    params.beta * means,
  );
}

// Input and result of an objective's `judge`; x is the chosen answer, y the rejected one.
struct Pair {
  // Log probabilities, summed over tokens, and those under the reference.
  policy: vec2<f32>,
  reference: vec2<f32>,
  tokens: vec2<f32>,
}

struct Judgement {
  loss: f32,
  // Derivatives of the loss with respect to `policy`.
  gradient: vec2<f32>,
  rewards: vec2<f32>,
}

// log σ(x) without overflow.
fn log_sigmoid(x: f32) -> f32 {
  return min(x, 0.0) - log(1.0 + exp(-abs(x)));
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(min(-x, 80.0)));
}

// -(1 - ε) log σ(z) - ε log σ(-z), with its derivative with respect to z.
fn smoothed_loss(z: f32, smoothing: f32) -> vec2<f32> {
  return vec2(
    -(1.0 - smoothing) * log_sigmoid(z) - smoothing * log_sigmoid(-z),
    smoothing - sigmoid(-z),
  );
}

// KTO (Ethayarajh et al. 2024), one labelled answer per workgroup, given the negative log probabilities of tokens. The
// answers 2a and 2a + 1 follow one prompt: the labelled one, and one of another row, whose mean log-ratio over the batch, at
// least 0, estimates how far the policy has moved from the reference. measures[a] = (loss, reward if good, reward if bad, 1
// if the label is the one that the log-ratio beside that estimate suggests, a half if they are equal); gradients[row] =
// derivative of the scaled loss by losses[row]; the estimate is not differentiated. sequences[answer] = (first row of its
// tokens, their number, 0). A place without tokens counts nothing. Rows of no answer are not written. Overwrites both outputs.
struct Params {
  // Labelled answers.
  rows: u32,
  beta: f32,
  // Weights of the losses of good and bad answers.
  desirable: f32,
  undesirable: f32,
  // Index of the scale of an answer's loss.
  scale_index: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read> sequences: array<u32>;
@group(0) @binding(3) var<storage, read> references: array<f32>;
@group(0) @binding(4) var<storage, read> good: array<u32>;
@group(0) @binding(5) var<storage, read> step: array<f32>;
@group(0) @binding(6) var<storage, read_write> measures: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradients: array<f32>;

fn compute_row(row: u32, lane: u32) {
  // Every workgroup computes the estimate of the whole batch: it reads little.
  var moved = 0.0;
  var texts = 0.0;
  for (var other = 0u; other < params.rows; other++) {
    let answer = answer_at(2u * other + 1u);
    moved -= lane_sum(answer, lane);
    if (answer.count > 0u && lane == 0u) {
      moved -= references[2u * other + 1u];
      texts += 1.0;
    }
  }
  let total = sum_lane_pairs(vec2(moved, texts), lane);
  let estimate = max(total.x / max(total.y, 1.0), 0.0);
  let answer = answer_at(2u * row);
  let sum = sum_lane_pairs(vec2(lane_sum(answer, lane), 0.0), lane).x;
  if (answer.count == 0u) {
    if (lane == 0u) {
      measures[row] = vec4(0.0);
    }
    return;
  }
  let is_good = good[row] == 1u;
  let ratio = -sum - references[2u * row];
  let side = select(-1.0, 1.0, is_good);
  let weight = select(params.undesirable, params.desirable, is_good);
  let value = sigmoid(side * params.beta * (ratio - estimate));
  if (lane == 0u) {
    let reward = params.beta * ratio;
    let rewards = select(vec2(0.0, reward), vec2(reward, 0.0), is_good);
    measures[row] = vec4(weight * (1.0 - value), rewards, 0.5 + 0.5 * sign(side * (ratio - estimate)));
  }
  let slope = side * weight * params.beta * value * (1.0 - value);
  write_gradients(answer, step[params.scale_index] * slope, lane);
  write_gradients(answer_at(2u * row + 1u), 0.0, lane);
}

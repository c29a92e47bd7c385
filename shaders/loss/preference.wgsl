// Judges one pair of answers per workgroup with `judge` of an objective (objectives/*.wgsl), given the negative log
// probabilities of their tokens. measures[pair] = (loss, reward of the chosen answer, reward of the rejected one, 1 if the
// chosen one's is greater, a half if they are equal); gradients[row] = derivative of the scaled loss by losses[row]. The
// tokens of answer a are the rows sequences[2a] … sequences[2a] + sequences[2a + 1] - 1; a pair's answers follow each
// other, the chosen one first. A pair without tokens counts nothing. Rows of no answer are not written. Overwrites both
// outputs.
struct Params {
  // Pairs.
  rows: u32,
  beta: f32,
  label_smoothing: f32,
  gamma: f32,
  // Weight of the chosen answers' cross-entropy, a mean over the tokens of a batch.
  likelihood: f32,
  // Indices of the scales of a pair's loss and of a chosen token's.
  scale_index: u32,
  likelihood_index: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read> sequences: array<u32>;
@group(0) @binding(3) var<storage, read> references: array<f32>;
@group(0) @binding(4) var<storage, read> step: array<f32>;
@group(0) @binding(5) var<storage, read_write> measures: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> gradients: array<f32>;

fn lane_sum(start: u32, count: u32, lane: u32) -> f32 {
  var sum = 0.0;
  for (var i = lane; i < count; i += LANES) {
    sum += losses[start + i];
  }
  return sum;
}

fn compute_row(pair: u32, lane: u32) {
  let chosen = 4u * pair;
  let rejected = chosen + 2u;
  let chosen_start = sequences[chosen];
  let chosen_count = sequences[chosen + 1u];
  let rejected_start = sequences[rejected];
  let rejected_count = sequences[rejected + 1u];
  let sums = sum_lane_pairs(
    vec2(lane_sum(chosen_start, chosen_count, lane), lane_sum(rejected_start, rejected_count, lane)),
    lane,
  );
  if (chosen_count == 0u || rejected_count == 0u) {
    if (lane == 0u) {
      measures[pair] = vec4(0.0);
    }
    return;
  }
  let judgement = judge(
    Pair(
      vec2(-sums.x, -sums.y),
      vec2(references[2u * pair], references[2u * pair + 1u]),
      vec2(f32(chosen_count), f32(rejected_count)),
    ),
  );
  let scale = step[params.scale_index];
  let token_scale = params.likelihood * step[params.likelihood_index];
  if (lane == 0u) {
    let rewards = judgement.rewards;
    let loss = judgement.loss + token_scale / scale * sums.x;
    measures[pair] = vec4(loss, rewards, 0.5 + 0.5 * sign(rewards.x - rewards.y));
  }
  let gradient = -scale * judgement.gradient;
  for (var i = lane; i < chosen_count; i += LANES) {
    gradients[chosen_start + i] = gradient.x + token_scale;
  }
  for (var i = lane; i < rejected_count; i += LANES) {
    gradients[rejected_start + i] = gradient.y;
  }
}

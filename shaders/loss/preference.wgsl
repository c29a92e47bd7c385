// Judges one pair of answers per workgroup with `judge` of an objective (objectives/*.wgsl), given the negative log
// probabilities of their tokens. measures[pair] = (loss, reward of the chosen answer, reward of the rejected one, 1 if the
// chosen one's is greater, a half if they are equal); gradients[row] = derivative of the scaled loss by losses[row].
// sequences[answer] = (first row of its tokens, their number, number of rows before the first one that count only in the
// likelihood); a pair's answers follow each other, the chosen one first. A pair without tokens counts nothing. Rows of no
// answer are not written. Overwrites both outputs.
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

fn compute_row(pair: u32, lane: u32) {
  let chosen = answer_at(2u * pair);
  let rejected = answer_at(2u * pair + 1u);
  let sums = sum_lane_pairs(vec2(lane_sum(chosen, lane), lane_sum(rejected, lane)), lane);
  var context_sum = 0.0;
  for (var i = lane; i < chosen.context; i += LANES) {
    context_sum += losses[chosen.start - chosen.context + i];
  }
  let likelihood_sum = sums.x + sum_lane_pairs(vec2(context_sum, 0.0), lane).x;
  if (chosen.count == 0u || rejected.count == 0u) {
    if (lane == 0u) {
      measures[pair] = vec4(0.0);
    }
    return;
  }
  let judgement = judge(
    Pair(
      vec2(-sums.x, -sums.y),
      vec2(references[2u * pair], references[2u * pair + 1u]),
      vec2(f32(chosen.count), f32(rejected.count)),
    ),
  );
  let scale = step[params.scale_index];
  let token_scale = params.likelihood * step[params.likelihood_index];
  if (lane == 0u) {
    let rewards = judgement.rewards;
    let loss = judgement.loss + token_scale / scale * likelihood_sum;
    measures[pair] = vec4(loss, rewards, 0.5 + 0.5 * sign(rewards.x - rewards.y));
  }
  let gradient = -scale * judgement.gradient;
  for (var i = lane; i < chosen.context; i += LANES) {
    gradients[chosen.start - chosen.context + i] = token_scale;
  }
  write_gradients(chosen, gradient.x + token_scale, lane);
  write_gradients(rejected, gradient.y, lane);
}

// The tokens of an answer among the rows of `losses` and `gradients`, from `sequences`.
struct Answer {
  start: u32,
  count: u32,
  // Rows before `start` that are no part of the answer.
  context: u32,
}

fn answer_at(index: u32) -> Answer {
  return Answer(sequences[3u * index], sequences[3u * index + 1u], sequences[3u * index + 2u]);
}

// What one lane adds to the sum of an answer's losses.
fn lane_sum(answer: Answer, lane: u32) -> f32 {
  var sum = 0.0;
  for (var i = lane; i < answer.count; i += LANES) {
    sum += losses[answer.start + i];
  }
  return sum;
}

fn write_gradients(answer: Answer, gradient: f32, lane: u32) {
  for (var i = lane; i < answer.count; i += LANES) {
    gradients[answer.start + i] = gradient;
  }
}

// For each row of logits (rows, columns, with row stride `stride`): loss = log Σ exp(logits) - logits[label]. If
// params.gradient is 1, logits are overwritten with (softmax - onehot(label)) · scales[scale_index + row · scale_stride].
// Out-of-range labels are ignored: loss 0, gradient 0. Overwrites losses. One workgroup per row.
struct Params {
  rows: u32,
  columns: u32,
  // Row stride in elements, padding included.
  stride: u32,
  scale_index: u32,
  // 0: one scale for all rows; 1: one per row.
  scale_stride: u32,
  gradient: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> logits: array<Element>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

const LOWEST = -3.4028234e38;

// Loads an element of a row, masking the padding (whose contents are undefined) so that it affects neither maximum nor
// sum.
fn load_logits(start: u32, i: u32) -> Element {
  return select(Element(LOWEST), logits[start + i], indices(i) < Indices(params.columns));
}

// (maximum, Σ exp(logits - maximum)) of a lane's elements, in one pass (online softmax, Milakov & Gimelshein 2018).
fn lane_share(start: u32, lane: u32) -> vec2<f32> {
  var maximum = LOWEST;
  var sum = 0.0;
  for (var i = lane; i < params.stride; i += LANES) {
    let x = load_logits(start, i);
    let top = max(maximum, fold_max(x));
    sum = sum * exp(maximum - top) + fold(exp(x - top));
    maximum = top;
  }
  return vec2(maximum, sum);
}

fn compute_row(row: u32, lane: u32) {
  let label = labels[row];
  let start = row * params.stride;
  if (label >= params.columns) {
    for (var i = lane; i < params.stride * params.gradient; i += LANES) {
      logits[start + i] = Element(0.0);
    }
    if (lane == 0u) {
      losses[row] = 0.0;
    }
    return;
  }

  let share = lane_share(start, lane);
  let maximum = max_lanes(share.x, lane);
  let sum = sum_lanes(share.y * exp(share.x - maximum), lane);
  if (lane == 0u) {
    losses[row] = maximum + log(sum) - component(logits[start + label / WIDTH], label % WIDTH);
  }
  if (params.gradient == 0u) {
    return;
  }
  // The label's logit must be read for the loss before the lane that owns it overwrites it.
  storageBarrier();
  let scale = scales[params.scale_index + row * params.scale_stride];
  // Divide by the sum, not by exp(log_sum), whose rounding error grows with the logits.
  let normalise = 1.0 / sum;
  for (var i = lane; i < params.stride; i += LANES) {
    let target_share = select(Element(0.0), Element(1.0), indices(i) == Indices(label));
    logits[start + i] = scale * (exp(load_logits(start, i) - maximum) * normalise - target_share);
  }
}

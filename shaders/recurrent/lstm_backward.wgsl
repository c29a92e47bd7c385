// Gradient of lstm.wgsl with respect to the gate pre-activations, one workgroup per direction, from the last step to
// the first. With dh the gradient of y plus the next step's contribution through W, t = tanh(c) and dc' the next step's
// contribution to c:
//   dc = dc' + dh o (1 - t²);  di = dc g i (1 - i);  df = dc c' f (1 - f);  dg = dc i (1 - g²);  do = dh t o (1 - o)
// Reads dy (length, 2 hidden), tape (2, length, 5 hidden: i, f, g, o, c) and W (4 hidden, hidden). Overwrites the
// pre-activation gradients (length, 4 hidden) of each direction, and carry (2, hidden), which holds dc f between steps.
struct Params {
  length: u32,
  hidden: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> tape: array<f32>;
@group(0) @binding(3) var<storage, read> w_forward: array<f32>;
@group(0) @binding(4) var<storage, read> w_backward: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_forward: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_backward: array<f32>;
@group(0) @binding(7) var<storage, read_write> carry: array<f32>;

// Gradient that the gates of `place` propagate to h' of `unit`.
fn passed_back(backward: bool, place: u32, unit: u32) -> f32 {
  let start = place * 4u * params.hidden;
  var sum = 0.0;
  for (var row = 0u; row < 4u * params.hidden; row++) {
    let at = row * params.hidden + unit;
    if (backward) {
      sum += d_backward[start + row] * w_backward[at];
    } else {
      sum += d_forward[start + row] * w_forward[at];
    }
  }
  return sum;
}

fn keep(backward: bool, index: u32, value: f32) {
  if (backward) {
    d_backward[index] = value;
  } else {
    d_forward[index] = value;
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let backward = workgroup.x == 1u;
  let hidden = params.hidden;
  let last = params.length - 1u;
  for (var count = 0u; count < params.length; count++) {
    // Steps in the direction's own order, last first.
    let step = last - count;
    let place = select(step, last - step, backward);
    let previous = select(place - 1u, place + 1u, backward);
    let next = select(place + 1u, place - 1u, backward);
    // All lanes read the gate gradients that other lanes wrote for the next step.
    storageBarrier();
    for (var unit = lane; unit < hidden; unit += LANES) {
      let row = (workgroup.x * params.length + place) * 5u * hidden + unit;
      let i = tape[row];
      let f = tape[row + hidden];
      let g = tape[row + 2u * hidden];
      let o = tape[row + 3u * hidden];
      let t = activate(tape[row + 4u * hidden]);
      var dh = dy[place * 2u * hidden + workgroup.x * hidden + unit];
      var dc = 0.0;
      if (count > 0u) {
        dh += passed_back(backward, next, unit);
        dc = carry[workgroup.x * hidden + unit];
      }
      dc += dh * o * (1.0 - t * t);
      var c_before = 0.0;
      if (step > 0u) {
        c_before = tape[(workgroup.x * params.length + previous) * 5u * hidden + 4u * hidden + unit];
      }
      let gate = place * 4u * hidden + unit;
      keep(backward, gate, dc * g * i * (1.0 - i));
      keep(backward, gate + hidden, dc * c_before * f * (1.0 - f));
      keep(backward, gate + 2u * hidden, dc * i * (1.0 - g * g));
      keep(backward, gate + 3u * hidden, dh * t * o * (1.0 - o));
      carry[workgroup.x * hidden + unit] = dc * f;
    }
  }
}

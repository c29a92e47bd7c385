// A bidirectional LSTM layer over a whole sequence, one workgroup per direction (Hochreiter & Schmidhuber 1997):
//   i, f, o = σ(x + W h'), g = tanh(x + W h'), c = f c' + i g, h = o tanh(c)
// with x (length, 4 hidden) the input contributions to the gates in the order i, f, g, o, biases included, W (4 hidden,
// hidden), and h', c' of the previous step (zero at the start; the second direction runs backwards). Overwrites y
// (length, 2 hidden: both directions concatenated), tape (2, length, 5 hidden: i, f, g, o, c) and, per direction, the
// h' of every position (length, hidden).
struct Params {
  length: u32,
  hidden: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x_forward: array<f32>;
@group(0) @binding(2) var<storage, read> x_backward: array<f32>;
@group(0) @binding(3) var<storage, read> w_forward: array<f32>;
@group(0) @binding(4) var<storage, read> w_backward: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> tape: array<f32>;
@group(0) @binding(7) var<storage, read_write> before_forward: array<f32>;
@group(0) @binding(8) var<storage, read_write> before_backward: array<f32>;

fn input_share(backward: bool, i: u32) -> f32 {
  if (backward) {
    return x_backward[i];
  }
  return x_forward[i];
}

fn weight(backward: bool, i: u32) -> f32 {
  if (backward) {
    return w_backward[i];
  }
  return w_forward[i];
}

fn before(backward: bool, i: u32) -> f32 {
  if (backward) {
    return before_backward[i];
  }
  return before_forward[i];
}

// Pre-activations of the gates of `unit`.
fn gates(backward: bool, place: u32, unit: u32) -> vec4<f32> {
  let hidden = params.hidden;
  let rows = vec4(0u, 1u, 2u, 3u) * hidden + unit;
  let at = place * 4u * hidden + rows;
  var sum = vec4(
    input_share(backward, at.x),
    input_share(backward, at.y),
    input_share(backward, at.z),
    input_share(backward, at.w),
  );
  for (var k = 0u; k < hidden; k++) {
    let column = rows * hidden + k;
    let weights = vec4(
      weight(backward, column.x),
      weight(backward, column.y),
      weight(backward, column.z),
      weight(backward, column.w),
    );
    sum += weights * before(backward, place * hidden + k);
  }
  return sum;
}

fn keep_before(backward: bool, place: u32, unit: u32, h: f32) {
  if (backward) {
    before_backward[place * params.hidden + unit] = h;
  } else {
    before_forward[place * params.hidden + unit] = h;
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let backward = workgroup.x == 1u;
  let hidden = params.hidden;
  let last = params.length - 1u;
  for (var unit = lane; unit < hidden; unit += LANES) {
    keep_before(backward, select(0u, last, backward), unit, 0.0);
  }
  for (var step = 0u; step < params.length; step++) {
    // All lanes read the h' that other lanes wrote in the previous step.
    storageBarrier();
    let place = select(step, last - step, backward);
    for (var unit = lane; unit < hidden; unit += LANES) {
      let sums = gates(backward, place, unit);
      let i = sigmoid(sums.x);
      let f = sigmoid(sums.y);
      let g = activate(sums.z);
      let o = sigmoid(sums.w);
      let tape_row = (workgroup.x * params.length + place) * 5u * hidden + unit;
      var c = i * g;
      if (step > 0u) {
        let previous = select(place - 1u, place + 1u, backward);
        c += f * tape[(workgroup.x * params.length + previous) * 5u * hidden + 4u * hidden + unit];
      }
      let h = o * activate(c);
      tape[tape_row] = i;
      tape[tape_row + hidden] = f;
      tape[tape_row + 2u * hidden] = g;
      tape[tape_row + 3u * hidden] = o;
      tape[tape_row + 4u * hidden] = c;
      y[place * 2u * hidden + workgroup.x * hidden + unit] = h;
      if (step < last) {
        keep_before(backward, select(place + 1u, place - 1u, backward), unit, h);
      }
    }
  }
}

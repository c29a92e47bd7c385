// The largest of each workgroup's scores as three words of `tops`: score, next score, id. Clears the histogram.
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> tops: array<u32>;
@group(0) @binding(3) var<storage, read_write> histogram: array<u32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  for (var i = workgroup.x * LANES + lane; i <= LIST_LENGTH; i += params.groups * LANES) {
    histogram[i] = 0u;
  }
  let start = workgroup.x * params.chunk;
  let end = min(start + params.chunk, params.vocabulary);
  var own = NO_TOP;
  for (var id = start + lane; id < end; id += LANES) {
    let score = logits[id];
    if (score > own.score) {
      own = Top(score, own.score, id);
    } else {
      own.next = max(own.next, score);
    }
  }
  let top = largest(own, lane);
  if (lane == 0u) {
    tops[3u * workgroup.x] = bitcast<u32>(top.score);
    tops[3u * workgroup.x + 1u] = bitcast<u32>(top.next);
    tops[3u * workgroup.x + 2u] = top.id;
  }
}

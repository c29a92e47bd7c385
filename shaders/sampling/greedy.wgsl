// Writes the id of the largest score to `drawn` and to the history. A single workgroup. After a repetition penalty,
// which is rounded otherwise than on the host, a narrow lead is marked as uncertain.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> tops: array<u32>;
@group(0) @binding(3) var<storage, read_write> history: array<u32>;
@group(0) @binding(4) var<storage, read_write> drawn: array<u32>;

const NARROW = 2e-6;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var own = NO_TOP;
  for (var i = lane; i < params.groups; i += LANES) {
    own = better(own, Top(bitcast<f32>(tops[3u * i]), bitcast<f32>(tops[3u * i + 1u]), tops[3u * i + 2u]));
  }
  let top = largest(own, lane);
  if (lane == 0u) {
    let is_exact = bitcast<f32>(controls[PENALTY]) == 1.0;
    let leads = top.score - top.next > NARROW * max(abs(top.score), abs(top.next));
    let id = min(top.id, params.vocabulary - 1u);
    drawn[2u * controls[STEP]] = id;
    drawn[2u * controls[STEP] + 1u] = select(0u, 1u, top.id == id && (is_exact || leads));
    history[controls[LENGTH]] = id;
  }
}

// Lists the scores and ids of the bins to look at, in any order.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> tops: array<u32>;
@group(0) @binding(4) var<storage, read> bins: array<u32>;
@group(0) @binding(5) var<storage, read_write> histogram: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> list: array<u32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let top = overall_top();
  let scale = bitcast<f32>(controls[SCALE]);
  let start = workgroup.x * params.chunk;
  let end = min(start + params.chunk, params.vocabulary);
  for (var id = start + lane; id < end; id += LANES) {
    let score = logits[id];
    if (bins[LISTED + place_of(score, top, scale).bin] == 1u) {
      let at = atomicAdd(&histogram[LIST_LENGTH], 1u);
      if (at < LIST) {
        list[2u * at] = bitcast<u32>(score);
        list[2u * at + 1u] = id;
      }
    }
  }
}

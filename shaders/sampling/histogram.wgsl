// Counts the scores of each bin, and sums what their weights lack of the bin's largest in fixed point, so that the sums
// do not depend on the order.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> tops: array<u32>;
@group(0) @binding(4) var<storage, read_write> histogram: array<atomic<u32>>;

var<workgroup> counts: array<atomic<u32>, BINS>;
var<workgroup> rests: array<atomic<u32>, BINS>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  for (var bin = lane; bin < BINS; bin += LANES) {
    atomicStore(&counts[bin], 0u);
    atomicStore(&rests[bin], 0u);
  }
  workgroupBarrier();
  let top = overall_top();
  let scale = bitcast<f32>(controls[SCALE]);
  let start = workgroup.x * params.chunk;
  let end = min(start + params.chunk, params.vocabulary);
  for (var id = start + lane; id < end; id += LANES) {
    let place = place_of(logits[id], top, scale);
    atomicAdd(&counts[place.bin], 1u);
    atomicAdd(&rests[place.bin], u32(place.rest * REST_UNITS + 0.5));
  }
  workgroupBarrier();
  for (var bin = lane; bin < BINS; bin += LANES) {
    let count = atomicLoad(&counts[bin]);
    if (count > 0u) {
      atomicAdd(&histogram[bin], count);
      atomicAdd(&histogram[RESTS + bin], atomicLoad(&rests[bin]));
    }
  }
}

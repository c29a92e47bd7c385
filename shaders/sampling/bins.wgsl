// Sums the bins up, and finds those whose scores have to be looked at one by one: where top-k and top-p cut, and where
// the draw falls. A single workgroup.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> histogram: array<u32>;
@group(0) @binding(3) var<storage, read_write> bins: array<u32>;

const SPAN = BINS / LANES;

var<workgroup> mass: array<f32, BINS + 1u>;
var<workgroup> lane_mass: array<f32, LANES>;
var<workgroup> lane_count: array<u32, LANES>;
// Mass up to the end of a bin, found by the lane that has the bin.
var<workgroup> found: array<f32, 3>;

fn bin_mass(bin: u32) -> f32 {
  let lacking = f32(histogram[RESTS + bin]) / REST_UNITS;
  return largest_weight(bin) * (f32(histogram[bin]) - lacking);
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let first = lane * SPAN;
  var own_mass = 0.0;
  var own_count = 0u;
  for (var bin = first; bin < first + SPAN; bin++) {
    own_mass += bin_mass(bin);
    own_count += histogram[bin];
  }
  lane_mass[lane] = own_mass;
  lane_count[lane] = own_count;
  workgroupBarrier();
  var before = 0.0;
  var count = 0u;
  for (var i = 0u; i < lane; i++) {
    before += lane_mass[i];
    count += lane_count[i];
  }
  let count_before = count;
  for (var bin = first; bin < first + SPAN; bin++) {
    mass[bin] = before;
    bins[COUNTS + bin] = count;
    before += bin_mass(bin);
    count += histogram[bin];
  }
  if (lane == LANES - 1u) {
    mass[BINS] = before;
    bins[COUNTS + BINS] = count;
  }
  workgroupBarrier();
  // What top-k leaves: between the masses before and after the bin of its last score.
  let top_k = controls[TOP_K];
  if (lane == 0u) {
    found[0] = mass[BINS];
    found[1] = mass[BINS];
    found[2] = mass[BINS];
  }
  workgroupBarrier();
  count = count_before;
  for (var bin = first; bin < first + SPAN; bin++) {
    let after = count + histogram[bin];
    if (count < top_k && top_k <= after) {
      found[0] = mass[bin];
      found[1] = mass[bin + 1u];
    }
    count = after;
  }
  workgroupBarrier();
  let slack = SLACK * found[1];
  let top_p = bitcast<f32>(controls[TOP_P]);
  let cuts = top_p < 1.0;
  let nucleus = vec2(top_p * found[0] - slack, top_p * found[1] + slack);
  for (var bin = first; bin < first + SPAN; bin++) {
    if (mass[bin] <= nucleus.y && nucleus.y < mass[bin + 1u]) {
      found[2] = mass[bin + 1u];
    }
  }
  workgroupBarrier();
  let kept = select(vec2(found[0], found[1]), vec2(nucleus.x, min(found[1], found[2])), cuts);
  let uniform_number = bitcast<f32>(controls[UNIFORM]);
  let draw = vec2(uniform_number * kept.x - slack, uniform_number * kept.y + slack);
  count = count_before;
  for (var bin = first; bin < first + SPAN; bin++) {
    let range = vec2(mass[bin], mass[bin + 1u]);
    let after = count + histogram[bin];
    let cuts_count = count < top_k && top_k <= after;
    let cuts_mass = cuts && range.x <= nucleus.y && range.y >= nucleus.x;
    let is_drawn = range.x <= draw.y && range.y >= draw.x;
    bins[bin] = bitcast<u32>(range.x);
    bins[LISTED + bin] = select(0u, 1u, cuts_count || cuts_mass || is_drawn);
    count = after;
  }
  if (lane == 0u) {
    bins[BINS] = bitcast<u32>(mass[BINS]);
  }
}

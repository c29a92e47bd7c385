// Draws a token from the listed scores, as the host does in float64, and writes it to `drawn` and to the history. A
// draw too close to a token's edge, or to where top-p cuts, is marked as uncertain, as is one from too long a list: the
// host draws those again. A single workgroup.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> tops: array<u32>;
@group(0) @binding(3) var<storage, read> bins: array<u32>;
@group(0) @binding(4) var<storage, read> histogram: array<u32>;
@group(0) @binding(5) var<storage, read> list: array<u32>;
@group(0) @binding(6) var<storage, read_write> history: array<u32>;
@group(0) @binding(7) var<storage, read_write> drawn: array<u32>;

const OWN = LIST / LANES;

var<workgroup> scores: array<f32, LIST>;
var<workgroup> ids: array<u32, LIST>;

// A score of the sorted list: how many scores precede it, their mass, and its weight.
struct Candidate {
  bin: u32,
  rank: u32,
  before: f32,
  weight: f32,
}

fn candidate(previous: Candidate, score: f32, top: f32, scale: f32) -> Candidate {
  let place = place_of(score, top, scale);
  let weight = weight_at(place);
  if (place.bin == previous.bin) {
    return Candidate(place.bin, previous.rank + 1u, previous.before + previous.weight, weight);
  }
  return Candidate(place.bin, bins[COUNTS + place.bin], bitcast<f32>(bins[place.bin]), weight);
}

const NONE = Candidate(0xffffffffu, 0u, 0.0, 0.0);

// The drawn place of the list and 1 if it is certain.
fn draw_from(count: u32, top: f32) -> vec2<u32> {
  let scale = bitcast<f32>(controls[SCALE]);
  let top_p = bitcast<f32>(controls[TOP_P]);
  let all = bitcast<f32>(bins[BINS]);
  var kept = all;
  var kept_count = bins[COUNTS + BINS];
  if (controls[TOP_K] < kept_count) {
    kept_count = controls[TOP_K];
    var each = NONE;
    for (var i = 0u; i < count; i++) {
      each = candidate(each, scores[i], top, scale);
      if (each.rank + 1u == kept_count) {
        kept = each.before + each.weight;
      }
    }
  }
  let slack = SLACK * kept;
  var is_certain = true;
  if (top_p < 1.0) {
    let goal = top_p * kept;
    var last = NONE;
    var each = NONE;
    for (var i = 0u; i < count; i++) {
      each = candidate(each, scores[i], top, scale);
      if (each.rank < kept_count && (each.rank == 0u || each.before < goal)) {
        last = each;
      }
    }
    is_certain = last.bin != NONE.bin && abs(last.before + last.weight - goal) > slack
      && (last.rank == 0u || goal - last.before > slack);
    kept = last.before + last.weight;
    kept_count = last.rank + 1u;
  }
  let goal = bitcast<f32>(controls[UNIFORM]) * kept;
  var each = NONE;
  for (var i = 0u; i < count; i++) {
    each = candidate(each, scores[i], top, scale);
    if (each.rank < kept_count && each.before <= goal && goal < each.before + each.weight) {
      let is_last = each.rank + 1u == kept_count;
      is_certain = is_certain && (each.rank == 0u || goal - each.before > slack)
        && (is_last || each.before + each.weight - goal > slack);
      return vec2(i, select(0u, 1u, is_certain));
    }
  }
  return vec2(0u, 0u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let length = histogram[LIST_LENGTH];
  let count = min(length, LIST);
  for (var i = lane; i < count; i += LANES) {
    scores[i] = bitcast<f32>(list[2u * i]);
    ids[i] = list[2u * i + 1u];
  }
  workgroupBarrier();
  // Sorted by counting what precedes each: lists are short.
  var ranks: array<u32, OWN>;
  var own_scores: array<f32, OWN>;
  var own_ids: array<u32, OWN>;
  for (var own = 0u; own < OWN; own++) {
    let i = own * LANES + lane;
    if (i < count) {
      let score = scores[i];
      let id = ids[i];
      var rank = 0u;
      for (var j = 0u; j < count; j++) {
        if (scores[j] > score || (scores[j] == score && ids[j] < id)) {
          rank++;
        }
      }
      ranks[own] = rank;
      own_scores[own] = score;
      own_ids[own] = id;
    }
  }
  workgroupBarrier();
  for (var own = 0u; own < OWN; own++) {
    if (own * LANES + lane < count) {
      scores[ranks[own]] = own_scores[own];
      ids[ranks[own]] = own_ids[own];
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    let place = draw_from(count, overall_top());
    let id = select(0u, ids[place.x], count > 0u);
    drawn[2u * controls[STEP]] = id;
    drawn[2u * controls[STEP] + 1u] = select(0u, place.y, length <= LIST);
    history[controls[LENGTH]] = id;
  }
}

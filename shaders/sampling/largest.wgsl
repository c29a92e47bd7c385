// The largest score of a workgroup, the first of equals, and the next one (equal, if there are several).
struct Top {
  score: f32,
  next: f32,
  id: u32,
}

const NO_TOP = Top(LOWEST, LOWEST, 0xffffffffu);

var<workgroup> top_scores: array<f32, LANES>;
var<workgroup> top_nexts: array<f32, LANES>;
var<workgroup> top_ids: array<u32, LANES>;

fn better(a: Top, b: Top) -> Top {
  let next = max(min(a.score, b.score), max(a.next, b.next));
  if (b.score > a.score || (b.score == a.score && b.id < a.id)) {
    return Top(b.score, next, b.id);
  }
  return Top(a.score, next, a.id);
}

// Must be called by all lanes; lane 0 gets the result.
fn largest(own: Top, lane: u32) -> Top {
  var top = own;
  top_scores[lane] = top.score;
  top_nexts[lane] = top.next;
  top_ids[lane] = top.id;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      top = better(top, Top(top_scores[lane + half], top_nexts[lane + half], top_ids[lane + half]));
      top_scores[lane] = top.score;
      top_nexts[lane] = top.next;
      top_ids[lane] = top.id;
    }
  }
  return top;
}

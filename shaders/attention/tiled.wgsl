// y[b,i,h,:] = sum_j softmax_j(score(i, j)) v[b,j,g,:] with g = h / (heads / kv_heads); overwrites y (B,Tq,H,D) and
// logsumexp (B,H,Tq). Queries that see no key yield zeros. One workgroup computes 32 rows of one head, iterating over
// tiles of 32 keys with an online softmax (arXiv 1805.02867, as in FlashAttention, arXiv 2205.14135).
@group(0) @binding(4) var<storage, read> key_start: array<u32>;
@group(0) @binding(5) var<storage, read> key_end: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<Element>;
@group(0) @binding(8) var<storage, read_write> logsumexp: array<f32>;

var<workgroup> partial: array<f32, 256>;

fn visible_range(batch: u32, row: u32) -> vec2<u32> {
  if (row >= params.queries) {
    return vec2(0u);
  }
  let at = batch * params.queries + row;
  return vec2(key_start[at], min(key_end[at], params.keys));
}

fn fetch(source: u32, place: Place, row: u32, d: u32) -> Element {
  switch source {
    case QUERY: {
      return fetch_query(place.batch, place.row0 + row, place.head, d);
    }
    case KEY: {
      return fetch_key(place.batch, place.key0 + row, place.kv_head, d);
    }
    default: {
      return fetch_value(place.batch, place.key0 + row, place.kv_head, d);
    }
  }
}

// Online softmax state of a thread's four rows; `sum` is the thread's partial sum of exponentials.
struct Softmax {
  top: vec4<f32>,
  sum: vec4<f32>,
}

// Updates the running maximum `top`, rescales `rows` and the sums accordingly, and stores exp(score - top) in
// `weights`, with dropout.
fn soften(softmax: ptr<function, Softmax>, rows: ptr<function, Rows>, scores: Scores, place: Place) {
  for (var r = 0u; r < 4u; r++) {
    let s = scores[r];
    partial[(4u * place.y + r) * 8u + place.x] = max(max(s.x, s.y), max(s.z, s.w));
  }
  workgroupBarrier();
  let keys = place.key0 + 4u * place.x + vec4(0u, 1u, 2u, 3u);
  for (var r = 0u; r < 4u; r++) {
    let row = 4u * place.y + r;
    let old_top = (*softmax).top[r];
    var top = old_top;
    for (var x = 0u; x < 8u; x++) {
      top = max(top, partial[row * 8u + x]);
    }
    let s = scores[r];
    let p = select(vec4(0.0), exp(s - top), s > vec4(LOWEST));
    let shrink = exp(old_top - top);
    (*softmax).top[r] = top;
    (*softmax).sum[r] = shrink * (*softmax).sum[r] + dot(p, vec4(1.0));
    weights[row * STRIDE + place.x] = dropped(p, place.batch, vec4(place.head), vec4(place.row0 + row), keys);
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      (*rows)[4u * chunk + r] *= shrink;
    }
  }
}

fn write_rows(rows: ptr<function, Rows>, softmax: Softmax, place: Place) {
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    partial[(4u * place.y + r) * 8u + place.x] = softmax.sum[r];
  }
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    let row = place.row0 + 4u * place.y + r;
    if (row >= params.queries) {
      break;
    }
    var total = 0.0;
    for (var x = 0u; x < 8u; x++) {
      total += partial[(4u * place.y + r) * 8u + x];
    }
    let found = total > 0.0;
    let at = query_offset(place.batch, row, place.head, WIDTH);
    for (var d = place.x; d < WIDTH; d += 8u) {
      y[at + d] = (*rows)[4u * (d / 8u) + r] * select(0.0, 1.0 / total, found);
    }
    if (place.x == 0u) {
      let stat = (place.batch * params.heads + place.head) * params.queries + row;
      logsumexp[stat] = select(0.0, softmax.top[r] + log(total), found);
    }
  }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let batch = workgroup.z;
  let head = workgroup.y;
  let kv_head = head / (params.heads / params.kv_heads);
  var place = Place(batch, head, kv_head, (params.first_tile + workgroup.x) * TILE, 0u, thread.x, thread.y);
  let own_bias = head_bias(head);
  var ranges: array<vec2<u32>, 4>;
  for (var r = 0u; r < 4u; r++) {
    ranges[r] = visible_range(batch, place.row0 + 4u * place.y + r);
  }
  let local = 8u * place.y + place.x;
  let range = union_of_ranges(visible_range(batch, place.row0 + local % TILE), local);
  var rows: Rows;
  var softmax = Softmax(vec4(LOWEST), vec4(0.0));
  for (var key0 = next_key_tile(0u, range, TILE); key0 < params.keys; key0 = next_key_tile(key0 + TILE, range, TILE)) {
    place.key0 = key0;
    var scores = tile_dots(QUERY, KEY, place);
    let keys = key0 + 4u * place.x + vec4(0u, 1u, 2u, 3u);
    for (var r = 0u; r < 4u; r++) {
      let visible = sees(keys, vec4(ranges[r].x), vec4(ranges[r].y));
      let biases = key_bias(vec4(own_bias), vec4(place.row0 + 4u * place.y + r), vec4(ranges[r].y), keys);
      scores[r] = select(vec4(LOWEST), params.scale * scores[r] + biases, visible);
    }
    soften(&softmax, &rows, scores, place);
    add_weighted_rows(&rows, VALUE, place);
  }
  write_rows(&rows, softmax, place);
}

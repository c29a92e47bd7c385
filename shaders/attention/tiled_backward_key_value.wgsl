// dv[j,:] = sum_i dropped(p(i, j)) dy[i,:] and dk[j,:] = sum_i ds(i, j) q[i,:] over the query heads of a group, with p and ds as
// in tiled_backward_query.wgsl; overwrites dk and dv (B,Tk,KV,D). One workgroup computes 32 rows of one key-value head:
// rows of its tiles are keys, columns are queries.
@group(0) @binding(7) var<storage, read_write> dk: array<Element>;
@group(0) @binding(8) var<storage, read_write> dv: array<Element>;

// The smallest range of queries that covers all that see a key of the tile; key ranges are the same for all heads.
fn queries_that_see(batch: u32, key0: u32, local: u32) -> vec2<u32> {
  var first = params.queries;
  var last = 0u;
  for (var row = local; row < params.queries; row += 64u) {
    let range = fetch_stats(batch, 0u, row).zw;
    if (key0 < params.prefix || (range.x < range.y && range.x < key0 + TILE && range.y > key0)) {
      first = min(first, row);
      last = row + 1u;
    }
  }
  return union_of_ranges(vec2(first, last), local);
}

// Stats of a thread's four columns.
struct Columns {
  logsumexp: vec4<f32>,
  delta: vec4<f32>,
  start: vec4<u32>,
  end: vec4<u32>,
}

fn columns_of(place: Place) -> Columns {
  let row = place.row0 + 4u * place.x;
  let a = fetch_stats(place.batch, place.head, row);
  let b = fetch_stats(place.batch, place.head, row + 1u);
  let c = fetch_stats(place.batch, place.head, row + 2u);
  let d = fetch_stats(place.batch, place.head, row + 3u);
  return Columns(
    bitcast<vec4<f32>>(vec4(a.x, b.x, c.x, d.x)),
    bitcast<vec4<f32>>(vec4(a.y, b.y, c.y, d.y)),
    vec4(a.z, b.z, c.z, d.z),
    vec4(a.w, b.w, c.w, d.w),
  );
}

// Accumulates the contribution of a tile of queries to the rows of dk and dv.
fn add_tile(key_rows: ptr<function, Rows>, value_rows: ptr<function, Rows>, place: Place, own_bias: HeadBias) {
  let dots = tile_dots(KEY, QUERY, place);
  // Columns past the last query contribute nothing: dy = 0 and delta = 0.
  let columns = columns_of(place);
  let rows = place.row0 + 4u * place.x + vec4(0u, 1u, 2u, 3u);
  // With dropout `weights` does not hold all of p.
  var probabilities: Scores;
  for (var r = 0u; r < 4u; r++) {
    let key = place.key0 + 4u * place.y + r;
    let s = params.scale * dots[r] + key_bias(vec4(own_bias), rows, columns.end, vec4(key));
    let visible = sees(vec4(key), columns.start, columns.end);
    let p = select(vec4(0.0), exp(s - columns.logsumexp), visible);
    if (DROPS) {
      probabilities[r] = p;
    }
    weights[(4u * place.y + r) * STRIDE + place.x] = dropped(p, place.batch, vec4(place.head), rows, vec4(key));
  }
  add_weighted_rows(value_rows, DY, place);
  let dp = tile_dots(VALUE, DY, place);
  for (var r = 0u; r < 4u; r++) {
    let at = (4u * place.y + r) * STRIDE + place.x;
    if (DROPS) {
      weights[at] = probabilities[r];
    }
    let key = vec4(place.key0 + 4u * place.y + r);
    weights[at] *= (dropped(dp[r], place.batch, vec4(place.head), rows, key) - columns.delta) * params.scale;
  }
  add_weighted_rows(key_rows, QUERY, place);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let batch = workgroup.z;
  let kv_head = workgroup.y;
  let group = params.heads / params.kv_heads;
  let key0 = (params.first_tile + workgroup.x) * TILE;
  let range = queries_that_see(batch, key0, 8u * thread.y + thread.x);
  var key_rows: Rows;
  var value_rows: Rows;
  for (var head = kv_head * group; head < (kv_head + 1u) * group; head++) {
    let own_bias = head_bias(head);
    for (var row0 = range.x / TILE * TILE; row0 < range.y; row0 += TILE) {
      let place = Place(batch, head, kv_head, row0, key0, thread.x, thread.y);
      add_tile(&key_rows, &value_rows, place, own_bias);
    }
  }
  for (var r = 0u; r < 4u; r++) {
    let row = key0 + 4u * thread.y + r;
    if (row >= params.keys) {
      break;
    }
    let at = key_offset(batch, row, kv_head, WIDTH);
    for (var d = thread.x; d < WIDTH; d += 8u) {
      dk[at + d] = key_rows[4u * (d / 8u) + r];
      dv[at + d] = value_rows[4u * (d / 8u) + r];
    }
  }
}

// dv[j,:] = sum_i p(i, j) dy[i,:] and dk[j,:] = sum_i ds(i, j) q[i,:] over the query heads of a group, with p and ds as
// in tiled_backward_query.wgsl; overwrites dk and dv (B,Tk,KV,D). One workgroup makes 32 rows of one key-value head:
// rows of its tiles are keys and columns are queries.
@group(0) @binding(7) var<storage, read_write> dk: array<Element>;
@group(0) @binding(8) var<storage, read_write> dv: array<Element>;

// The queries from the first to the last that see a key of the tile; ranges are the same for all heads.
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

// k . q for 32 rows of k by 32 rows of q.
fn key_query_dots(place: Place) -> Scores {
  var dots = Scores();
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      let row = e / 8u;
      let d = 8u * chunk + e % 8u;
      left[row * STRIDE + e % 8u] = fetch_key(place.batch, place.key0 + row, place.kv_head, d);
      right[column_slot(row) * STRIDE + e % 8u] = fetch_query(place.batch, place.row0 + row, place.head, d);
    }
    workgroupBarrier();
    multiply_chunk(&dots, place);
  }
  return dots;
}

// v . dy for 32 rows of v by 32 rows of dy.
fn value_dy_dots(place: Place) -> Scores {
  var dots = Scores();
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      let row = e / 8u;
      let d = 8u * chunk + e % 8u;
      left[row * STRIDE + e % 8u] = fetch_value(place.batch, place.key0 + row, place.kv_head, d);
      right[column_slot(row) * STRIDE + e % 8u] = fetch_dy(place.batch, place.row0 + row, place.head, d);
    }
    workgroupBarrier();
    multiply_chunk(&dots, place);
  }
  return dots;
}

// rows += weights . dy for the tile's 32 queries.
fn add_dy(rows: ptr<function, Rows>, place: Place) {
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      let row = place.row0 + e / 8u;
      right[e / 8u * STRIDE + e % 8u] = fetch_dy(place.batch, row, place.head, 8u * chunk + e % 8u);
    }
    workgroupBarrier();
    add_weighted_chunk(rows, chunk, place);
  }
}

// rows += weights . q for the tile's 32 queries.
fn add_queries(rows: ptr<function, Rows>, place: Place) {
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      let row = place.row0 + e / 8u;
      right[e / 8u * STRIDE + e % 8u] = fetch_query(place.batch, row, place.head, 8u * chunk + e % 8u);
    }
    workgroupBarrier();
    add_weighted_chunk(rows, chunk, place);
  }
}

// The stats of a thread's four columns.
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

// Adds what one tile of queries gives to the rows of dk and dv.
fn add_tile(key_rows: ptr<function, Rows>, value_rows: ptr<function, Rows>, place: Place, own_bias: HeadBias) {
  let dots = key_query_dots(place);
  // Columns past the last query have dy = 0 and delta = 0, so that they add nothing.
  let columns = columns_of(place);
  let rows = place.row0 + 4u * place.x + vec4(0u, 1u, 2u, 3u);
  for (var r = 0u; r < 4u; r++) {
    let key = place.key0 + 4u * place.y + r;
    let s = capped(dots[r]) + key_bias(vec4(own_bias), rows, columns.end, vec4(key));
    let visible = sees(vec4(key), columns.start, columns.end);
    let p = select(vec4(0.0), exp(s - columns.logsumexp), visible);
    weights[(4u * place.y + r) * STRIDE + place.x] = p;
  }
  add_dy(value_rows, place);
  let dp = value_dy_dots(place);
  for (var r = 0u; r < 4u; r++) {
    weights[(4u * place.y + r) * STRIDE + place.x] *= (dp[r] - columns.delta) * capped_slope(capped(dots[r]));
  }
  add_queries(key_rows, place);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let batch = workgroup.z;
  let kv_head = workgroup.y;
  let group = params.heads / params.kv_heads;
  let key0 = workgroup.x * TILE;
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

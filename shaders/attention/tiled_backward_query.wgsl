// dq[i,:] = sum_j ds(i, j) k[j,:] with ds = p (dropped(dy[i] . v[j]) - delta[i]) * d score / d dot, p = exp(score -
// logsumexp); overwrites dq (B,Tq,H,D). One workgroup computes 32 rows of one head (arXiv 2205.14135, algorithm 4, parallel over
// queries).
@group(0) @binding(7) var<storage, read_write> dq: array<Element>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let batch = workgroup.z;
  let head = workgroup.y;
  let kv_head = head / (params.heads / params.kv_heads);
  var place = Place(batch, head, kv_head, (params.first_tile + workgroup.x) * TILE, 0u, thread.x, thread.y);
  let own_bias = head_bias(head);
  var own: array<vec4<u32>, 4>;
  for (var r = 0u; r < 4u; r++) {
    own[r] = fetch_stats(batch, head, place.row0 + 4u * place.y + r);
  }
  let local = 8u * place.y + place.x;
  let range = union_of_ranges(fetch_stats(batch, head, place.row0 + local % TILE).zw, local);
  var rows: Rows;
  for (var key0 = next_key_tile(0u, range, TILE); key0 < params.keys; key0 = next_key_tile(key0 + TILE, range, TILE)) {
    place.key0 = key0;
    let dots = tile_dots(QUERY, KEY, place);
    let dp = tile_dots(DY, VALUE, place);
    let keys = key0 + 4u * place.x + vec4(0u, 1u, 2u, 3u);
    for (var r = 0u; r < 4u; r++) {
      let row = vec4(place.row0 + 4u * place.y + r);
      let visible = sees(keys, vec4(own[r].z), vec4(own[r].w));
      let value = params.scale * dots[r];
      let s = value + key_bias(vec4(own_bias), row, vec4(own[r].w), keys);
      let p = select(vec4(0.0), exp(s - bitcast<f32>(own[r].x)), visible);
      let kept_dp = dropped(dp[r], batch, vec4(head), row, keys);
      let ds = p * (kept_dp - bitcast<f32>(own[r].y)) * params.scale;
      weights[(4u * place.y + r) * STRIDE + place.x] = ds;
    }
    add_weighted_rows(&rows, KEY, place);
  }
  for (var r = 0u; r < 4u; r++) {
    let row = place.row0 + 4u * place.y + r;
    if (row >= params.queries) {
      break;
    }
    let at = query_offset(batch, row, head, WIDTH);
    for (var d = place.x; d < WIDTH; d += 8u) {
      dq[at + d] = rows[4u * (d / 8u) + r];
    }
  }
}

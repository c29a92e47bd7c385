// dbias[REACH + d, h] = sum of ds(i, j) over all queries i and keys j at distance d, with ds as in
// tiled_backward_query.wgsl but without the derivative of the score by the dot product; overwrites dbias (2 REACH + 1,
// heads). One workgroup per distance and head.
@group(0) @binding(7) var<storage, read_write> dbias: array<f32>;

// ds of one pair; 0 if the key is masked.
fn pair_gradient(batch: u32, row: u32, head: u32, key: u32, row_stats: vec4<u32>) -> f32 {
  let keys = vec4(key);
  if (!sees(keys, vec4(row_stats.z), vec4(row_stats.w)).x) {
    return 0.0;
  }
  let kv_head = head / (params.heads / params.kv_heads);
  var product = 0.0;
  var dp = 0.0;
  for (var d = 0u; d < WIDTH; d++) {
    product += inner(fetch_query(batch, row, head, d), fetch_key(batch, key, kv_head, d));
    dp += inner(fetch_dy(batch, row, head, d), fetch_value(batch, key, kv_head, d));
  }
  let biases = key_bias(vec4(head), vec4(row), vec4(row_stats.w), keys);
  let score = params.scale * product + biases.x;
  let kept_dp = dropped(vec4(dp), batch, vec4(head), vec4(row), keys).x;
  return exp(score - bitcast<f32>(row_stats.x)) * (kept_dp - bitcast<f32>(row_stats.y));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = workgroup.y;
  let distance = i32(workgroup.x) - i32(REACH);
  let queries = arrayLength(&stats) / params.heads;
  let keys = i32(params.keys);
  var sum = 0.0;
  for (var n = local; n < queries; n += LANES) {
    let batch = n / params.queries;
    let row = n % params.queries;
    let row_stats = fetch_stats(batch, head, row);
    let at = query_places(vec4(row), vec4(row_stats.w)).x + distance;
    // The outermost buckets include all larger distances.
    let first = select(clamp(at, 0, keys), 0, workgroup.x == 0u);
    let last = select(clamp(at + 1, 0, keys), keys, workgroup.x == 2u * REACH);
    for (var key = first; key < last; key++) {
      sum += pair_gradient(batch, row, head, u32(key), row_stats);
    }
  }
  let total = sum_lanes(sum, local);
  if (local == 0u) {
    dbias[workgroup.x * params.heads + head] = total;
  }
}

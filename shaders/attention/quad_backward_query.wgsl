// Same result as tiled_backward_query.wgsl, for software GPUs: one quad computes 16 rows of one head. Overwrites dq
// (B,Tq,H,D).
@group(0) @binding(7) var<storage, read_write> dq: array<vec4<f32>>;

fn four_dy(at: vec4<u32>, d: u32) -> mat4x4<f32> {
  return mat4x4(dy[at.x + d], dy[at.y + d], dy[at.z + d], dy[at.w + d]);
}

// A query and its head bias.
struct Query {
  batch: u32,
  head: u32,
  row: u32,
  bias: HeadBias,
}

// ds of one row, from the dot products of q with k and of dy with v.
fn row_gradients(dots: mat4x4<f32>, dp: mat4x4<f32>, keys: vec4<u32>, stats: vec4<u32>, query: Query) -> mat4x4<f32> {
  return mat4x4(
    key_gradients(dots[0], dp[0], keys, stats, query),
    key_gradients(dots[1], dp[1], keys + 4u, stats, query),
    key_gradients(dots[2], dp[2], keys + 8u, stats, query),
    key_gradients(dots[3], dp[3], keys + 12u, stats, query),
  );
}

fn key_gradients(dots: vec4<f32>, dp: vec4<f32>, keys: vec4<u32>, stats: vec4<u32>, query: Query) -> vec4<f32> {
  let value = params.scale * dots;
  let biases = key_bias(vec4(query.bias), vec4(query.row), vec4(stats.w), keys);
  let p = exp(value + biases - bitcast<f32>(stats.x));
  let kept_dp = dropped(dp, query.batch, vec4(query.head), vec4(query.row), keys);
  let ds = p * (kept_dp - bitcast<f32>(stats.y)) * params.scale;
  return select(vec4(0.0), ds, sees(keys, vec4(stats.z), vec4(stats.w)));
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let lane = invocation & 3u;
  let batch = workgroup.z;
  let head = workgroup.y;
  let kv_head = head / (params.heads / params.kv_heads);
  let own_bias = head_bias(head);
  let rows = lane_rows((params.first_tile + workgroup.x) * TILE, lane);
  let query_at = query_offsets(batch, rows, head);
  let stats0 = fetch_stats(batch, head, rows.x);
  let stats1 = fetch_stats(batch, head, rows.y);
  let stats2 = fetch_stats(batch, head, rows.z);
  let stats3 = fetch_stats(batch, head, rows.w);
  let starts = vec4(stats0.z, stats1.z, stats2.z, stats3.z);
  let ends = vec4(stats0.w, stats1.w, stats2.w, stats3.w);
  let range = union_of_ranges(starts, ends);
  var sums: array<mat4x4<f32>, WIDTH>;
  for (var key0 = next_key_tile(0u, range, TILE); key0 < params.keys; key0 = next_key_tile(key0 + TILE, range, TILE)) {
    let key_at = key_offsets(batch, lane_rows(key0, lane), kv_head);
    var dots = Tile();
    for (var d = 0u; d < WIDTH; d++) {
      dots = multiply(dots, four_queries(query_at, d), four_keys(key_at, d));
    }
    var dp = Tile();
    for (var d = 0u; d < WIDTH; d++) {
      dp = multiply(dp, four_dy(query_at, d), four_values(key_at, d));
    }
    // Keys of the first column group, in the lane's component order.
    let keys = key0 + (vec4(lane) ^ vec4(0u, 1u, 2u, 3u));
    let ds = tile_of_rows(
      row_gradients(tile_row(dots, 0u), tile_row(dp, 0u), keys, stats0, Query(batch, head, rows.x, own_bias)),
      row_gradients(tile_row(dots, 1u), tile_row(dp, 1u), keys, stats1, Query(batch, head, rows.y, own_bias)),
      row_gradients(tile_row(dots, 2u), tile_row(dp, 2u), keys, stats2, Query(batch, head, rows.z, own_bias)),
      row_gradients(tile_row(dots, 3u), tile_row(dp, 3u), keys, stats3, Query(batch, head, rows.w, own_bias)),
    );
    for (var d = 0u; d < WIDTH; d++) {
      sums[d] += weighted(ds, four_keys(key_at, d));
    }
  }
  for (var r = 0u; r < 4u; r++) {
    if (rows[r] >= params.queries) {
      break;
    }
    for (var d = 0u; d < WIDTH; d++) {
      dq[query_at[r] + d] = sums[d][r];
    }
  }
}

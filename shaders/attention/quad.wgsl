// Same result as tiled.wgsl, for software GPUs: one quad computes 16 rows of one head. Overwrites y (B,Tq,H,D) and
// logsumexp (B,H,Tq).
@group(0) @binding(4) var<storage, read> key_start: array<u32>;
@group(0) @binding(5) var<storage, read> key_end: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> logsumexp: array<f32>;

// Per-query state for scoring: row, visible key range, and head bias.
struct Query {
  row: u32,
  start: u32,
  end: u32,
  bias: HeadBias,
}

fn row_scores(dots: mat4x4<f32>, keys: vec4<u32>, query: Query) -> mat4x4<f32> {
  return mat4x4(
    key_scores(dots[0], keys, query),
    key_scores(dots[1], keys + 4u, query),
    key_scores(dots[2], keys + 8u, query),
    key_scores(dots[3], keys + 12u, query),
  );
}

fn key_scores(dots: vec4<f32>, keys: vec4<u32>, query: Query) -> vec4<f32> {
  let scores = params.scale * dots + key_bias(vec4(query.bias), vec4(query.row), vec4(query.end), keys);
  return select(vec4(LOWEST), scores, sees(keys, vec4(query.start), vec4(query.end)));
}

fn largest(row: mat4x4<f32>) -> f32 {
  let four = max(max(row[0], row[1]), max(row[2], row[3]));
  return max(max(four.x, four.y), max(four.z, four.w));
}

// exp(score - top), masked.
fn exponentials(scores: mat4x4<f32>, top: f32) -> mat4x4<f32> {
  return mat4x4(
    select(vec4(0.0), exp(scores[0] - top), scores[0] > vec4(LOWEST)),
    select(vec4(0.0), exp(scores[1] - top), scores[1] > vec4(LOWEST)),
    select(vec4(0.0), exp(scores[2] - top), scores[2] > vec4(LOWEST)),
    select(vec4(0.0), exp(scores[3] - top), scores[3] > vec4(LOWEST)),
  );
}

// A query's weights after dropout.
fn dropped_row(p: mat4x4<f32>, batch: u32, head: u32, row: u32, keys: vec4<u32>) -> mat4x4<f32> {
  return mat4x4(
    dropped(p[0], batch, vec4(head), vec4(row), keys),
    dropped(p[1], batch, vec4(head), vec4(row), keys + 4u),
    dropped(p[2], batch, vec4(head), vec4(row), keys + 8u),
    dropped(p[3], batch, vec4(head), vec4(row), keys + 12u),
  );
}

fn sum_of(row: mat4x4<f32>) -> f32 {
  return dot(row[0] + row[1] + row[2] + row[3], vec4(1.0));
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
  let range_at = batch * params.queries + min(rows, vec4(params.queries - 1u));
  let starts = vec4(key_start[range_at.x], key_start[range_at.y], key_start[range_at.z], key_start[range_at.w]);
  let row_ends = vec4(key_end[range_at.x], key_end[range_at.y], key_end[range_at.z], key_end[range_at.w]);
  let ends = min(row_ends, vec4(params.keys));
  let range = union_of_ranges(starts, ends);
  var sums: array<mat4x4<f32>, WIDTH>;
  var top = vec4(LOWEST);
  var total = vec4(0.0);
  for (var key0 = next_key_tile(0u, range, TILE); key0 < params.keys; key0 = next_key_tile(key0 + TILE, range, TILE)) {
    let key_at = key_offsets(batch, lane_rows(key0, lane), kv_head);
    var dots = Tile();
    for (var d = 0u; d < WIDTH; d++) {
      dots = multiply(dots, four_queries(query_at, d), four_keys(key_at, d));
    }
    // Keys of the first column group, in the lane's component order.
    let keys = key0 + (vec4(lane) ^ vec4(0u, 1u, 2u, 3u));
    let s0 = row_scores(tile_row(dots, 0u), keys, Query(rows.x, starts.x, ends.x, own_bias));
    let s1 = row_scores(tile_row(dots, 1u), keys, Query(rows.y, starts.y, ends.y, own_bias));
    let s2 = row_scores(tile_row(dots, 2u), keys, Query(rows.z, starts.z, ends.z, own_bias));
    let s3 = row_scores(tile_row(dots, 3u), keys, Query(rows.w, starts.w, ends.w, own_bias));
    let new_top = max(top, vec4(largest(s0), largest(s1), largest(s2), largest(s3)));
    let shrink = exp(top - new_top);
    top = new_top;
    let p0 = exponentials(s0, top.x);
    let p1 = exponentials(s1, top.y);
    let p2 = exponentials(s2, top.z);
    let p3 = exponentials(s3, top.w);
    total = shrink * total + vec4(sum_of(p0), sum_of(p1), sum_of(p2), sum_of(p3));
    let p = tile_of_rows(
      dropped_row(p0, batch, head, rows.x, keys),
      dropped_row(p1, batch, head, rows.y, keys),
      dropped_row(p2, batch, head, rows.z, keys),
      dropped_row(p3, batch, head, rows.w, keys),
    );
    for (var d = 0u; d < WIDTH; d++) {
      let old = sums[d];
      sums[d] = mat4x4(shrink.x * old[0], shrink.y * old[1], shrink.z * old[2], shrink.w * old[3])
        + weighted(p, four_values(key_at, d));
    }
  }
  for (var r = 0u; r < 4u; r++) {
    if (rows[r] >= params.queries) {
      break;
    }
    let found = total[r] > 0.0;
    for (var d = 0u; d < WIDTH; d++) {
      y[query_at[r] + d] = select(vec4(0.0), sums[d][r] / total[r], found);
    }
    logsumexp[(batch * params.heads + head) * params.queries + rows[r]] = select(0.0, top[r] + log(total[r]), found);
  }
}

// Same result as decode.wgsl, for software GPUs: one quad computes four rows of y that share a key-value head; row n of
// the group is query n % Tq of its head n / Tq. Each lane loads every fourth vec4 of a row. Overwrites y (B,Tq,H,D) and
// logsumexp (B,H,Tq).
@group(0) @binding(4) var<storage, read> key_start: array<u32>;
@group(0) @binding(5) var<storage, read> key_end: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> logsumexp: array<f32>;

const BLOCK = 8u;
// vec4s of a row per lane.
const STEPS = (WIDTH + 3u) / 4u;

@diagnostic(off, subgroup_uniformity)
fn across_quad(own: mat4x4<f32>) -> mat4x4<f32> {
  let pairs = own + swap_x(own);
  return pairs + swap_y(pairs);
}

// Per-row state for scoring: heads, queries, visible key ranges, and head biases.
struct Queries {
  batch: u32,
  heads: vec4<u32>,
  rows: vec4<u32>,
  starts: vec4<u32>,
  ends: vec4<u32>,
  biases: vec4<HeadBias>,
}

// Scores of the four rows for one key.
fn row_scores(dots: vec4<f32>, key: u32, queries: Queries) -> vec4<f32> {
  let scores = params.scale * dots + key_bias(queries.biases, queries.rows, queries.ends, vec4(key));
  return select(vec4(LOWEST), scores, sees(vec4(key), queries.starts, queries.ends));
}

// Column j: scores of the four rows for key `key` + j.
fn scores(dots: mat4x4<f32>, key: u32, queries: Queries) -> mat4x4<f32> {
  return mat4x4(
    row_scores(dots[0], key, queries),
    row_scores(dots[1], key + 1u, queries),
    row_scores(dots[2], key + 2u, queries),
    row_scores(dots[3], key + 3u, queries),
  );
}

fn largest(row_scores: mat4x4<f32>) -> vec4<f32> {
  return max(max(row_scores[0], row_scores[1]), max(row_scores[2], row_scores[3]));
}

fn exponential(score: vec4<f32>, top: vec4<f32>) -> vec4<f32> {
  return select(vec4(0.0), exp(score - top), score > vec4(LOWEST));
}

fn exponentials(scores: mat4x4<f32>, top: vec4<f32>) -> mat4x4<f32> {
  return mat4x4(
    exponential(scores[0], top),
    exponential(scores[1], top),
    exponential(scores[2], top),
    exponential(scores[3], top),
  );
}

// Column j: the four rows' weights for key `key` + j after dropout.
fn dropped_keys(p: mat4x4<f32>, key: u32, queries: Queries) -> mat4x4<f32> {
  return mat4x4(
    dropped(p[0], queries.batch, queries.heads, queries.rows, vec4(key)),
    dropped(p[1], queries.batch, queries.heads, queries.rows, vec4(key + 1u)),
    dropped(p[2], queries.batch, queries.heads, queries.rows, vec4(key + 2u)),
    dropped(p[3], queries.batch, queries.heads, queries.rows, vec4(key + 3u)),
  );
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let lane = invocation & 3u;
  let batch = workgroup.z;
  let kv_head = workgroup.y;
  let group = params.heads / params.kv_heads;
  // Past the edge, clamp to the last row of the group; its result is not written.
  let row_count = group * params.queries;
  let rows = min(4u * workgroup.x + vec4(0u, 1u, 2u, 3u), vec4(row_count - 1u));
  let heads = kv_head * group + rows / params.queries;
  let queries = rows % params.queries;
  let query_at = ((batch * params.queries + queries) * params.heads + heads) * WIDTH;
  let range_at = batch * params.queries + queries;
  let starts = vec4(key_start[range_at.x], key_start[range_at.y], key_start[range_at.z], key_start[range_at.w]);
  let row_ends = vec4(key_end[range_at.x], key_end[range_at.y], key_end[range_at.z], key_end[range_at.w]);
  let ends = min(row_ends, vec4(params.keys));
  let range = union_of_rows(starts, ends);
  let biases = vec4(head_bias(heads.x), head_bias(heads.y), head_bias(heads.z), head_bias(heads.w));
  let group_rows = Queries(batch, heads, queries, starts, ends, biases);
  // Lanes past the end of a row multiply its last vec4 by zeros.
  var own: array<mat4x4<f32>, STEPS>;
  var sums: array<mat4x4<f32>, STEPS>;
  for (var step = 0u; step < STEPS; step++) {
    if (4u * step + lane < WIDTH) {
      own[step] = four_queries(query_at, 4u * step + lane);
    }
  }
  var top = vec4(LOWEST);
  var total = vec4(0.0);
  for (var key0 = next_key_tile(0u, range, BLOCK); key0 < params.keys; key0 = next_key_tile(key0 + BLOCK, range, BLOCK)) {
    let near = key_offsets(batch, key0 + vec4(0u, 1u, 2u, 3u), kv_head);
    let far = key_offsets(batch, key0 + vec4(4u, 5u, 6u, 7u), kv_head);
    // Column j: the dot products of the four rows with key j.
    var near_dots = mat4x4<f32>();
    var far_dots = mat4x4<f32>();
    for (var step = 0u; step < STEPS; step++) {
      let d = min(4u * step + lane, WIDTH - 1u);
      let left = transpose(own[step]);
      near_dots += left * four_keys(near, d);
      far_dots += left * four_keys(far, d);
    }
    let near_scores = scores(across_quad(near_dots), key0, group_rows);
    let far_scores = scores(across_quad(far_dots), key0 + 4u, group_rows);
    let new_top = max(top, max(largest(near_scores), largest(far_scores)));
    let shrink = exp(top - new_top);
    top = new_top;
    let near_p = exponentials(near_scores, top);
    let far_p = exponentials(far_scores, top);
    let all_p = near_p + far_p;
    total = shrink * total + all_p[0] + all_p[1] + all_p[2] + all_p[3];
    let near_weights = transpose(dropped_keys(near_p, key0, group_rows));
    let far_weights = transpose(dropped_keys(far_p, key0 + 4u, group_rows));
    for (var step = 0u; step < STEPS; step++) {
      let d = min(4u * step + lane, WIDTH - 1u);
      let old = sums[step];
      sums[step] = mat4x4(shrink.x * old[0], shrink.y * old[1], shrink.z * old[2], shrink.w * old[3])
        + four_values(near, d) * near_weights
        + four_values(far, d) * far_weights;
    }
  }
  for (var r = 0u; r < 4u; r++) {
    if (4u * workgroup.x + r >= row_count) {
      break;
    }
    let found = total[r] > 0.0;
    for (var step = 0u; step < STEPS; step++) {
      let d = 4u * step + lane;
      if (d < WIDTH) {
        y[query_at[r] + d] = select(vec4(0.0), sums[step][r] / total[r], found);
      }
    }
    if (lane == 0u) {
      let at = (batch * params.heads + heads[r]) * params.queries + queries[r];
      logsumexp[at] = select(0.0, top[r] + log(total[r]), found);
    }
  }
}

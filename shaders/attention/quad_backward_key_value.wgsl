// Same result as tiled_backward_key_value.wgsl, for software GPUs: one quad computes 16 rows of one key-value head.
// Overwrites dk and dv (B,Tk,KV,D).
@group(0) @binding(7) var<storage, read_write> dk: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> dv: array<vec4<f32>>;

fn four_dy(at: vec4<u32>, d: u32) -> mat4x4<f32> {
  return mat4x4(dy[at.x + d], dy[at.y + d], dy[at.z + d], dy[at.w + d]);
}

// Four queries of a column group in lane order: the lane's own and those of its swap partners.
struct Columns {
  rows: vec4<u32>,
  logsumexp: vec4<f32>,
  delta: vec4<f32>,
  start: vec4<u32>,
  end: vec4<u32>,
}

@diagnostic(off, subgroup_uniformity)
fn columns_of(batch: u32, head: u32, row: u32) -> Columns {
  var own = fetch_stats(batch, head, row);
  if (row >= params.queries) {
    // Past the edge, clamp to the last query; a logsumexp of -LOWEST zeroes its probabilities.
    own.x = bitcast<u32>(-LOWEST);
  }
  let x = quadSwapX(own);
  let y = quadSwapY(own);
  let xy = quadSwapX(y);
  return Columns(
    vec4(row) ^ vec4(0u, 1u, 2u, 3u),
    bitcast<vec4<f32>>(vec4(own.x, x.x, y.x, xy.x)),
    bitcast<vec4<f32>>(vec4(own.y, x.y, y.y, xy.y)),
    vec4(own.z, x.z, y.z, xy.z),
    vec4(own.w, x.w, y.w, xy.w),
  );
}

// p for four keys (the columns of `dots`) and a group of queries.
fn probabilities(dots: mat4x4<f32>, columns: Columns, keys: vec4<u32>, own_bias: HeadBias) -> mat4x4<f32> {
  return mat4x4(
    key_probabilities(dots[0], columns, keys.x, own_bias),
    key_probabilities(dots[1], columns, keys.y, own_bias),
    key_probabilities(dots[2], columns, keys.z, own_bias),
    key_probabilities(dots[3], columns, keys.w, own_bias),
  );
}

fn key_probabilities(dots: vec4<f32>, columns: Columns, key: u32, own_bias: HeadBias) -> vec4<f32> {
  let biases = key_bias(vec4(own_bias), columns.rows, columns.end, vec4(key));
  let p = exp(params.scale * dots + biases - columns.logsumexp);
  return select(vec4(0.0), p, sees(vec4(key), columns.start, columns.end));
}

// Values of four keys and a group of queries after dropout.
fn dropped_keys(values: mat4x4<f32>, batch: u32, head: u32, columns: Columns, keys: vec4<u32>) -> mat4x4<f32> {
  return mat4x4(
    dropped(values[0], batch, vec4(head), columns.rows, vec4(keys.x)),
    dropped(values[1], batch, vec4(head), columns.rows, vec4(keys.y)),
    dropped(values[2], batch, vec4(head), columns.rows, vec4(keys.z)),
    dropped(values[3], batch, vec4(head), columns.rows, vec4(keys.w)),
  );
}

// ds from p and the dot products of dy with v after dropout.
fn gradients(p: mat4x4<f32>, dp: mat4x4<f32>, delta: vec4<f32>) -> mat4x4<f32> {
  return mat4x4(
    p[0] * (dp[0] - delta) * params.scale,
    p[1] * (dp[1] - delta) * params.scale,
    p[2] * (dp[2] - delta) * params.scale,
    p[3] * (dp[3] - delta) * params.scale,
  );
}

// The smallest range of queries that covers all that see a key of the tile; key ranges are the same for all heads.
fn queries_that_see(batch: u32, key0: u32, lane: u32) -> vec2<u32> {
  if (key0 < params.prefix) {
    return vec2(0u, params.queries);
  }
  var first = params.queries;
  var last = 0u;
  for (var row = lane; row < params.queries; row += 4u) {
    let range = stats[batch * params.heads * params.queries + row].zw;
    if (range.x < range.y && range.x < key0 + TILE && range.y > key0) {
      first = min(first, row);
      last = row + 1u;
    }
  }
  return union_of_ranges(vec4(first), vec4(last));
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(subgroup_invocation_id) invocation: u32) {
  let lane = invocation & 3u;
  let batch = workgroup.z;
  let kv_head = workgroup.y;
  let group = params.heads / params.kv_heads;
  let key0 = (params.first_tile + workgroup.x) * TILE;
  let keys = lane_rows(key0, lane);
  let key_at = key_offsets(batch, keys, kv_head);
  let range = queries_that_see(batch, key0, lane);
  var key_sums: array<mat4x4<f32>, WIDTH>;
  var value_sums: array<mat4x4<f32>, WIDTH>;
  for (var head = kv_head * group; head < (kv_head + 1u) * group; head++) {
    let own_bias = head_bias(head);
    for (var row0 = range.x / TILE * TILE; row0 < range.y; row0 += TILE) {
      let rows = lane_rows(row0, lane);
      let query_at = query_offsets(batch, rows, head);
      let columns0 = columns_of(batch, head, rows.x);
      let columns1 = columns_of(batch, head, rows.y);
      let columns2 = columns_of(batch, head, rows.z);
      let columns3 = columns_of(batch, head, rows.w);
      var dots = Tile();
      for (var d = 0u; d < WIDTH; d++) {
        dots = multiply(dots, four_keys(key_at, d), four_queries(query_at, d));
      }
      let p = Tile(
        probabilities(dots.c0, columns0, keys, own_bias),
        probabilities(dots.c1, columns1, keys, own_bias),
        probabilities(dots.c2, columns2, keys, own_bias),
        probabilities(dots.c3, columns3, keys, own_bias),
      );
      var dp = Tile();
      for (var d = 0u; d < WIDTH; d++) {
        dp = multiply(dp, four_values(key_at, d), four_dy(query_at, d));
      }
      let weights = Tile(
        dropped_keys(p.c0, batch, head, columns0, keys),
        dropped_keys(p.c1, batch, head, columns1, keys),
        dropped_keys(p.c2, batch, head, columns2, keys),
        dropped_keys(p.c3, batch, head, columns3, keys),
      );
      // Separate from the loop above, although dy is re-read: p and dp at once would spill registers.
      for (var d = 0u; d < WIDTH; d++) {
        value_sums[d] += weighted(weights, four_dy(query_at, d));
      }
      let ds = Tile(
        gradients(p.c0, dropped_keys(dp.c0, batch, head, columns0, keys), columns0.delta),
        gradients(p.c1, dropped_keys(dp.c1, batch, head, columns1, keys), columns1.delta),
        gradients(p.c2, dropped_keys(dp.c2, batch, head, columns2, keys), columns2.delta),
        gradients(p.c3, dropped_keys(dp.c3, batch, head, columns3, keys), columns3.delta),
      );
      for (var d = 0u; d < WIDTH; d++) {
        key_sums[d] += weighted(ds, four_queries(query_at, d));
      }
    }
  }
  for (var r = 0u; r < 4u; r++) {
    if (keys[r] >= params.keys) {
      break;
    }
    for (var d = 0u; d < WIDTH; d++) {
      dk[key_at[r] + d] = key_sums[d][r];
      dv[key_at[r] + d] = value_sums[d][r];
    }
  }
}

// Same result as tiled.wgsl, for few queries and many keys: one workgroup per row and head. Threads split the keys of a
// block, four each, for the scores, and the block's rows of v for the weighted sum. Overwrites y (B,Tq,H,D) and
// logsumexp (B,H,Tq).
@group(0) @binding(4) var<storage, read> key_start: array<u32>;
@group(0) @binding(5) var<storage, read> key_end: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<Element>;
@group(0) @binding(8) var<storage, read_write> logsumexp: array<f32>;

const BLOCK = 4u * THREADS;
// Adjacent threads accumulate adjacent elements of y. If the row is shorter than the workgroup, `SLICES` threads share
// an element, each taking every SLICES-th key.
const LANES = min(THREADS, WIDTH);
const SLICES = THREADS / LANES;
const PARTS = (WIDTH + LANES - 1u) / LANES;

var<workgroup> query: array<Element, WIDTH>;
var<workgroup> weights: array<f32, BLOCK>;
var<workgroup> partial: array<f32, THREADS>;
var<workgroup> sums: array<Element, PARTS * THREADS>;
var<workgroup> visible_range: vec2<u32>;

fn score(batch: u32, head: u32, row: u32, end: u32, key: u32, own_bias: HeadBias) -> vec4<f32> {
  var dots = vec4(0.0);
  let kv_head = head / (params.heads / params.kv_heads);
  for (var c = 0u; c < 4u; c++) {
    let last = min(key + c * THREADS, params.keys - 1u);
    let at = key_offset(batch, last, kv_head, WIDTH);
    for (var d = 0u; d < WIDTH; d++) {
      dots[c] += inner(query[d], k[at + d]);
    }
  }
  let keys = key + THREADS * vec4(0u, 1u, 2u, 3u);
  return params.scale * dots + key_bias(vec4(own_bias), vec4(row), vec4(end), keys);
}

// Maximum over the workgroup.
fn largest(value: f32, local: u32) -> f32 {
  workgroupBarrier();
  partial[local] = value;
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) {
      partial[local] = max(partial[local], partial[local + half]);
    }
  }
  workgroupBarrier();
  return partial[0];
}

fn total(value: f32, local: u32) -> f32 {
  workgroupBarrier();
  partial[local] = value;
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) {
      partial[local] += partial[local + half];
    }
  }
  workgroupBarrier();
  return partial[0];
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let batch = workgroup.z;
  let head = workgroup.y;
  let row = workgroup.x;
  let kv_head = head / (params.heads / params.kv_heads);
  let own_bias = head_bias(head);
  for (var d = local; d < WIDTH; d += THREADS) {
    query[d] = fetch_query(batch, row, head, d);
  }
  if (local == 0u) {
    let at = batch * params.queries + row;
    visible_range = vec2(key_start[at], min(key_end[at], params.keys));
  }
  let range = workgroupUniformLoad(&visible_range);
  let lane = local % LANES;
  let slice = local / LANES;
  var acc: array<Element, PARTS>;
  var top = LOWEST;
  var sum = 0.0;
  for (var key0 = next_key_tile(0u, range, BLOCK); key0 < params.keys; key0 = next_key_tile(key0 + BLOCK, range, BLOCK)) {
    let keys = key0 + local + THREADS * vec4(0u, 1u, 2u, 3u);
    let visible = sees(keys, vec4(range.x), vec4(range.y));
    let s = select(vec4(LOWEST), score(batch, head, row, range.y, key0 + local, own_bias), visible);
    let new_top = max(top, largest(max(max(s.x, s.y), max(s.z, s.w)), local));
    let p = select(vec4(0.0), exp(s - new_top), visible);
    let shrink = exp(top - new_top);
    top = new_top;
    sum = shrink * sum + dot(p, vec4(1.0));
    let kept = dropped(p, batch, vec4(head), vec4(row), keys);
    for (var c = 0u; c < 4u; c++) {
      weights[c * THREADS + local] = kept[c];
    }
    workgroupBarrier();
    let count = min(BLOCK, params.keys - key0);
    for (var part = 0u; part < PARTS; part++) {
      let d = part * LANES + lane;
      acc[part] *= shrink;
      if (slice < SLICES && d < WIDTH) {
        for (var j = slice; j < count; j += SLICES) {
          acc[part] += weights[j] * v[key_offset(batch, key0 + j, kv_head, WIDTH) + d];
        }
      }
    }
  }
  for (var part = 0u; part < PARTS; part++) {
    sums[part * THREADS + local] = acc[part];
  }
  let normaliser = total(sum, local);
  let found = normaliser > 0.0;
  for (var d = local; d < WIDTH; d += THREADS) {
    var result = Element();
    for (var s = 0u; s < SLICES; s++) {
      result += sums[d / LANES * THREADS + s * LANES + d % LANES];
    }
    y[query_offset(batch, row, head, WIDTH) + d] = result * select(0.0, 1.0 / normaliser, found);
  }
  if (local == 0u) {
    logsumexp[(batch * params.heads + head) * params.queries + row] = select(0.0, top + log(normaliser), found);
  }
}

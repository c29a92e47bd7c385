// Per-query statistics for the backward kernels, packed into one buffer (the limit is eight storage buffers):
//   stats[b,h,i] = bits of logsumexp, bits of delta = sum_d dy[b,i,h,d] y[b,i,h,d], first and last visible key
// Overwrites stats (B,H,Tq,4). One thread per row.
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> y: array<Element>;
@group(0) @binding(3) var<storage, read> logsumexp: array<f32>;
@group(0) @binding(4) var<storage, read> key_start: array<u32>;
@group(0) @binding(5) var<storage, read> key_end: array<u32>;
@group(0) @binding(6) var<storage, read_write> stats: array<vec4<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  // Rows in dy's order: (batch, query, head).
  let index = flat_workgroup(workgroup, workgroups) * 64u + local;
  let query = index / params.heads;
  let head = index % params.heads;
  let batch = query / params.queries;
  if (index >= arrayLength(&logsumexp)) {
    return;
  }
  let start = index * WIDTH;
  var delta = 0.0;
  for (var d = 0u; d < WIDTH; d++) {
    delta += inner(dy[start + d], y[start + d]);
  }
  let at = (batch * params.heads + head) * params.queries + query % params.queries;
  let range = vec2(key_start[query], min(key_end[query], params.keys));
  stats[at] = vec4(bitcast<u32>(logsumexp[at]), bitcast<u32>(delta), range);
}

// Additional bindings and bounds-checked loads of the backward kernels: dy (B,Tq,H,D) and stats (B,H,Tq,4) of
// stats.wgsl. Reads past the end yield zeros.
@group(0) @binding(4) var<storage, read> dy: array<Element>;
@group(0) @binding(5) var<storage, read> stats: array<vec4<u32>>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;

fn fetch_dy(batch: u32, row: u32, head: u32, d: u32) -> Element {
  if (row >= params.queries || d >= WIDTH) {
    return Element();
  }
  return dy[query_offset(batch, row, head, WIDTH) + d];
}

fn fetch_stats(batch: u32, head: u32, row: u32) -> vec4<u32> {
  if (row >= params.queries) {
    return vec4(0u);
  }
  return stats[(batch * params.heads + head) * params.queries + row];
}

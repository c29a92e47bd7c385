// The seed of a site's attention dropout as two 16-bit numbers, followed by the biases, if any: kernels are at the limit
// of eight storage buffers, and f32 holds 16-bit integers exactly. The seed chains lib/pcg over the step's seed and the
// site. Overwrites y (2 + biases).
struct Params {
  // Length of y.
  count: u32,
  site: u32,
  seed_index: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<u32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  if (i >= 2u) {
    y[i] = bias[i - 2u];
    return;
  }
  let seed = pcg(params.site ^ pcg(step[params.seed_index]));
  y[i] = f32(select(seed & 0xffffu, seed >> 16u, i == 0u));
}

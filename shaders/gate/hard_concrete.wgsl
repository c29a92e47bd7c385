// y[i] = z(α[i]) · δ[i] with hard concrete gates, sampled if params.noisy is 1. Overwrites y.
struct Params {
  count: u32,
  site: u32,
  seed_index: u32,
  noisy: u32,
  lower: f32,
  upper: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read> alpha: array<f32>;
@group(0) @binding(3) var<storage, read> step: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  let u = select(0.5, gate_noise(i, params.site, step[params.seed_index]), params.noisy == 1u);
  y[i] = gate(alpha[i], u, params.lower, params.upper).x * delta[i];
}

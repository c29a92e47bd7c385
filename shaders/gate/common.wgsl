// Operands and gates of hard_concrete and its gradient.
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

// A hard concrete gate (Louizos et al. 2018, arXiv 1712.01312): z = clamp(s (upper - lower) + lower, 0, 1) with s =
// σ(ln u - ln(1 - u) + α) = u / (u + (1 - u) e^-α). Returns z and dz/dα. u = 1/2 is the gate without noise.
fn gate(alpha: f32, u: f32, lower: f32, upper: f32) -> vec2<f32> {
  // Beyond ±60 the gate saturates in f32.
  let rest = (1.0 - u) * exp(-clamp(alpha, -60.0, 60.0));
  let share = u / (u + rest);
  let stretched = share * (upper - lower) + lower;
  let slope = (upper - lower) * share * (rest / (u + rest));
  let inside = stretched > 0.0 && stretched < 1.0;
  return vec2(clamp(stretched, 0.0, 1.0), select(0.0, slope, inside));
}

// Noise of gate i: uniform in (0, 1) by a hash of seed, site and gate.
fn gate_noise(i: u32, site: u32, seed: u32) -> f32 {
  let hash = pcg(i ^ pcg(site ^ pcg(seed)));
  return clamp(f32(hash >> 8u) * 0x1p-24, 1e-4, 1.0 - 1e-4);
}

// Gate i and its derivative with respect to α[i], sampled if params.noisy is 1.
fn gate_of(i: u32) -> vec2<f32> {
  let u = select(0.5, gate_noise(i, params.site, step[params.seed_index]), params.noisy == 1u);
  return gate(alpha[i], u, params.lower, params.upper);
}

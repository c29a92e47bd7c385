// gradient[i] += weight · σ'(α[i] - shift): the gradient of the penalty weight · Σ σ(α - shift) on open gates.
struct Params {
  count: u32,
  weight: f32,
  shift: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;

fn compute_element(i: u32) {
  // σ' is even, and exp cannot overflow for a negative argument.
  let power = exp(-abs(alpha[i] - params.shift));
  gradient[i] += params.weight * power / ((1.0 + power) * (1.0 + power));
}

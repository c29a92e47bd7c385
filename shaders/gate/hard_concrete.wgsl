// y[i] = z(α[i]) · δ[i] with hard concrete gates, sampled if params.noisy is 1. Overwrites y.
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  y[i] = gate_of(i).x * delta[i];
}

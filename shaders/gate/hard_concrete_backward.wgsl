// dδ[i] = dy[i] · z(α[i]) and dα[i] = dy[i] · δ[i] · dz/dα, with the forward pass's gates and noise. Overwrites both.
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_delta: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_alpha: array<f32>;

fn compute_element(i: u32) {
  let z = gate_of(i);
  d_delta[i] = dy[i] * z.x;
  d_alpha[i] = dy[i] * delta[i] * z.y;
}

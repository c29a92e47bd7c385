// y[i] = ± alpha · x[i] for i < filled, with the sign from Fastfood's B, zero-padded to count. Overwrites y.
struct Params {
  count: u32,
  filled: u32,
  sign_key: u32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  if (i >= params.filled) {
    y[i] = 0.0;
    return;
  }
  let sign = select(-params.alpha, params.alpha, pcg(i ^ params.sign_key) < 0x80000000u);
  y[i] = sign * x[i];
}

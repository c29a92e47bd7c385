// y[i] = G(i) · x[Π(i)], or its adjoint y[Π(i)] = G(i) · x[i]; overwrites y. Π is a permutation of count = 2^k elements
// and G standard normal, both regenerated from their keys.
struct Params {
  count: u32,
  // Half of k, rounded up.
  shift: u32,
  // Xor word and odd multiplier of each round of the permutation.
  word_0: u32,
  word_1: u32,
  word_2: u32,
  word_3: u32,
  factor_0: u32,
  factor_1: u32,
  factor_2: u32,
  factor_3: u32,
  normal_key: u32,
  adjoint: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// One round of Π. Each step is invertible within k bits: xor, product with an odd number, xor-shift right.
fn turn(i: u32, word: u32, factor: u32) -> u32 {
  let mask = params.count - 1u;
  let place = (((i ^ word) & mask) * factor) & mask;
  return place ^ (place >> params.shift);
}

fn permuted(i: u32) -> u32 {
  let once = turn(i, params.word_0, params.factor_0);
  let twice = turn(once, params.word_1, params.factor_1);
  return turn(turn(twice, params.word_2, params.factor_2), params.word_3, params.factor_3);
}

// Inverse normal CDF of a hash: √2 · erf⁻¹(u) with the polynomials of Giles 2010, "Approximating the erfinv function".
fn normal(i: u32) -> f32 {
  // An odd multiple of 2^-23 in (-1, 1), exact in f32.
  let u = f32(2u * (pcg(i ^ params.normal_key) >> 9u) + 1u) * 0x1p-23 - 1.0;
  var w = -log((1.0 - u) * (1.0 + u));
  var p: f32;
  if (w < 5.0) {
    w -= 2.5;
    p = 2.81022636e-08;
    p = fma(p, w, 3.43273939e-07);
    p = fma(p, w, -3.5233877e-06);
    p = fma(p, w, -4.39150654e-06);
    p = fma(p, w, 0.00021858087);
    p = fma(p, w, -0.00125372503);
    p = fma(p, w, -0.00417768164);
    p = fma(p, w, 0.246640727);
    p = fma(p, w, 1.50140941);
  } else {
    w = sqrt(w) - 3.0;
    p = -0.000200214257;
    p = fma(p, w, 0.000100950558);
    p = fma(p, w, 0.00134934322);
    p = fma(p, w, -0.00367342844);
    p = fma(p, w, 0.00573950773);
    p = fma(p, w, -0.0076224613);
    p = fma(p, w, 0.00943887047);
    p = fma(p, w, 1.00167406);
    p = fma(p, w, 2.83297682);
  }
  return 1.41421356 * p * u;
}

fn compute_element(i: u32) {
  let place = permuted(i);
  if (params.adjoint == 1u) {
    y[place] = normal(i) * x[i];
  } else {
    y[i] = normal(i) * x[place];
  }
}

// Row norms of W + s·B A, and DoRA's per-row gain:
//   n[i]² = |W[i]|² + 2s Σ_k B[i,k] (A Wᵀ)[k,i] + s² Σ_k B[i,k] (B A Aᵀ)[i,k];  gain[i] = magnitude[i] / n[i]
// Overwrites gain (rows) and inverse (rows) = 1 / n. One invocation per row.
struct Params {
  // Rows.
  count: u32,
  rank: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> magnitude: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
// A Wᵀ (rank, rows)
@group(0) @binding(3) var<storage, read> crossed: array<f32>;
// B (rows, rank)
@group(0) @binding(4) var<storage, read> b: array<f32>;
// B A Aᵀ (rows, rank)
@group(0) @binding(5) var<storage, read> spread: array<f32>;
@group(0) @binding(6) var<storage, read_write> gain: array<f32>;
@group(0) @binding(7) var<storage, read_write> inverse: array<f32>;

fn compute_element(i: u32) {
  var sum = 0.0;
  for (var k = 0u; k < params.rank; k++) {
    let at = i * params.rank + k;
    sum += b[at] * (2.0 * crossed[k * params.count + i] + params.scale * spread[at]);
  }
  let length_inverse = 1.0 / sqrt(squares[i] + params.scale * sum);
  inverse[i] = length_inverse;
  gain[i] = magnitude[i] * length_inverse;
}

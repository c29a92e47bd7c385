// x = (I ⊗ H ⊗ I) x in place: the unnormalised Walsh–Hadamard transform over one radix-RADIX digit of the index, with
// stride `stride`. One invocation transforms RADIX numbers, so that no barriers are needed.
struct Params {
  // Invocations: numbers / RADIX.
  count: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

fn compute_element(i: u32) {
  let first = (i / params.stride) * params.stride * RADIX + i % params.stride;
  var values: array<f32, RADIX>;
  for (var k = 0u; k < RADIX; k++) {
    values[k] = x[first + k * params.stride];
  }
  for (var half = 1u; half < RADIX; half *= 2u) {
    for (var k = 0u; k < RADIX / 2u; k++) {
      let low = (k / half) * half * 2u + k % half;
      let sum = values[low] + values[low + half];
      values[low + half] = values[low] - values[low + half];
      values[low] = sum;
    }
  }
  for (var k = 0u; k < RADIX; k++) {
    x[first + k * params.stride] = values[k];
  }
}

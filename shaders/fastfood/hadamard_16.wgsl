// x = (I ⊗ H ⊗ I) x in place for a radix-16 digit, as in fastfood/hadamard, in the registers of one invocation.
struct Params {
  // Invocations: numbers / 16.
  count: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

// H over four numbers.
fn turned(v: vec4<f32>) -> vec4<f32> {
  let sums = v.xz + v.yw;
  let rests = v.xz - v.yw;
  return vec4(sums.x + sums.y, rests.x + rests.y, sums.x - sums.y, rests.x - rests.y);
}

fn load(first: u32) -> vec4<f32> {
  let stride = params.stride;
  return vec4(x[first], x[first + stride], x[first + 2u * stride], x[first + 3u * stride]);
}

fn store(first: u32, values: vec4<f32>) {
  let stride = params.stride;
  x[first] = values.x;
  x[first + stride] = values.y;
  x[first + 2u * stride] = values.z;
  x[first + 3u * stride] = values.w;
}

fn compute_element(i: u32) {
  let first = (i / params.stride) * params.stride * 16u + i % params.stride;
  let quarter = 4u * params.stride;
  let a = turned(load(first));
  let b = turned(load(first + quarter));
  let c = turned(load(first + 2u * quarter));
  let d = turned(load(first + 3u * quarter));
  store(first, a + b + (c + d));
  store(first + quarter, a - b + (c - d));
  store(first + 2u * quarter, a + b - (c + d));
  store(first + 3u * quarter, a - b - (c - d));
}

// dgate[i] = dy[i] · up[i] · activate'(gate[i]) and dup[i] = dy[i] · activate(gate[i]); overwrites both. The activation
// comes from lib/activation_*.
struct Params {
  // In elements.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> gate: array<Element>;
@group(0) @binding(3) var<storage, read> up: array<Element>;
@group(0) @binding(4) var<storage, read_write> dgate: array<Element>;
@group(0) @binding(5) var<storage, read_write> dup: array<Element>;

fn compute_element(i: u32) {
  let x = gate[i];
  let upstream = dy[i];
  dgate[i] = upstream * up[i] * slope(x);
  dup[i] = upstream * activate(x);
}

// y[i] = activate(gate[i]) · up[i]; overwrites y. `activate` comes from lib/activation_*.
struct Params {
  // In elements.
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gate: array<Element>;
@group(0) @binding(2) var<storage, read> up: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  y[i] = activate(gate[i]) * up[i];
}

// y[i] = 1 where hash(seed, site, i) >= threshold, else 0, divided by its mean if `rescale` is 1; overwrites y. The
// hash is that of elementwise/dropout. One workgroup. If nothing is kept, y is zero.
struct Params {
  // In elements.
  count: u32,
  // `count` in numbers.
  numbers: u32,
  threshold: u32,
  site: u32,
  seed_index: u32,
  rescale: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

// `salt` is splatted to the width of an element.
fn kept(i: u32, salt: Indices) -> Element {
  return select(Element(0.0), Element(1.0), pcg(indices(i) ^ salt) >= Indices(params.threshold));
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let salt = pcg(Indices(params.site) ^ pcg(Indices(step[params.seed_index])));
  var mine = Element(0.0);
  for (var i = lane; i < params.count; i += LANES) {
    mine += kept(i, salt);
  }
  let sum = sum_lanes(fold(mine), lane);
  let scale = select(1.0, f32(params.numbers) / max(sum, 1.0), params.rescale == 1u);
  for (var i = lane; i < params.count; i += LANES) {
    y[i] = kept(i, salt) * scale;
  }
}

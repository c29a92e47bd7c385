// y[i] = x[i] · scale where hash(seed, site, i mod period) >= threshold, else 0; overwrites y. The hash chains lib/pcg
// over seed, site and element.
struct Params {
  // In elements.
  count: u32,
  threshold: u32,
  site: u32,
  seed_index: u32,
  // In numbers.
  period: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  let hash = pcg((indices(i) % Indices(params.period)) ^ pcg(Indices(params.site) ^ pcg(Indices(step[params.seed_index]))));
  y[i] = select(Element(0.0), x[i] * params.scale, hash >= Indices(params.threshold));
}

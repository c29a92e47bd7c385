// target[target_offset + r·target_stride + c] = source[source_offset + r·source_stride + c] for c < width and all rows
// r. Writes only that block of the target.
struct Params {
  // All in elements.
  count: u32,
  width: u32,
  source_stride: u32,
  source_offset: u32,
  target_stride: u32,
  target_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source_values: array<Element>;
@group(0) @binding(2) var<storage, read_write> target_values: array<Element>;

fn compute_element(i: u32) {
  let row = i / params.width;
  let column = i % params.width;
  target_values[params.target_offset + row * params.target_stride + column] =
    source_values[params.source_offset + row * params.source_stride + column];
}

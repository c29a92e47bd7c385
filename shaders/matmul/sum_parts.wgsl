// C (m,n) = alpha * the sum over parts (parts, m, n), whose rows are padded to params.stride; overwrites C, or adds to it
// where params.accumulate is 1.
struct Params {
  // Elements of C.
  count: u32,
  rows: u32,
  columns: u32,
  parts: u32,
  // Row strides, and where C starts.
  stride: u32,
  c_stride: u32,
  c_offset: u32,
  alpha: f32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<Element>;
@group(0) @binding(2) var<storage, read_write> c: array<Element>;

fn compute_element(i: u32) {
  let row = i / params.columns;
  let column = i % params.columns;
  var sum = Element(0.0);
  for (var part = 0u; part < params.parts; part++) {
    sum += sums[(part * params.rows + row) * params.stride + column];
  }
  let at = params.c_offset + row * params.c_stride + column;
  c[at] = params.alpha * sum + select(Element(0.0), c[at], params.accumulate == 1u);
}

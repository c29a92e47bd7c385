// vec4 stores to C: n, stride and offset are multiples of four.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

// Stores four adjacent elements of a row from a column divisible by four, bounds-checked.
fn write_c4(row: u32, column: u32, sums: vec4<f32>) {
  if (row < params.m && column < params.n) {
    let at = (params.c_offset + row * params.c_stride + column) / 4u;
    var values = params.alpha * sums;
    if (params.accumulate != 0u) {
      values += c[at];
    }
    c[at] = values;
  }
}

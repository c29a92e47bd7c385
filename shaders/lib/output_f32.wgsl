// Scalar stores to C, for any shape, stride and offset.
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

// Stores four adjacent elements of a row, bounds-checked.
fn write_c4(row: u32, column: u32, sums: vec4<f32>) {
  var values = sums;
  for (var i = 0u; i < 4u; i++) {
    if (row < params.m && column + i < params.n) {
      let at = params.c_offset + row * params.c_stride + column + i;
      var value = params.alpha * values[i];
      if (params.accumulate != 0u) {
        value += c[at];
      }
      c[at] = value;
    }
  }
}

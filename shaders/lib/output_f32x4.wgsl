// C four elements at a time: n, its stride and its offset are multiples of four.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

// Four neighbouring elements of a row, from a column that is a multiple of four; outside of C nothing is written.
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

// y[r,c] = x[r,c] where score[r,c] is among the params.keep largest of its row, else 0; ties favour the first.
// Overwrites y (rows, columns). Rows are expected to be short.
struct Params {
  count: u32,
  columns: u32,
  keep: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> score: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn compute_element(i: u32) {
  let start = i - i % params.columns;
  var larger = 0u;
  for (var k = start; k < start + params.columns; k++) {
    if (score[k] > score[i] || (score[k] == score[i] && k < i)) {
      larger++;
    }
  }
  y[i] = select(0.0, x[i], larger < params.keep);
}

// y[c] = Σ_r x[r,c]; overwrites y (columns), or accumulates if params.accumulate is 1.
struct Params {
  rows: u32,
  // In elements.
  columns: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> sums: array<Element>;

fn term(row: u32, column: u32) -> Element {
  return x[row * params.columns + column];
}

// Operands of gather_rows and scatter_rows: the rows of one side of x and y have the indices `rows`.
struct Params {
  // In elements, like the width of a row.
  count: u32,
  width: u32,
  rows: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

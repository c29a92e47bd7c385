// (y[a], y[b]) = (x[a] cos - s x[b] sin, x[b] cos + s x[a] sin) for each pair of x (B,T,heads,head_width), with the
// tables' row for the position and s = params.sign (-1 rotates back); other elements are copied. Pair p is (p, p +
// pairs), or (2p, 2p + 1) when interleaved. All sizes are in elements, which may be vec4 if not interleaved. Overwrites
// y; count = B * T * heads * (head_width - pairs).
struct Params {
  count: u32,
  heads: u32,
  head_width: u32,
  pairs: u32,
  table_rows: u32,
  sign: f32,
  interleaved: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> cos_table: array<Element>;
@group(0) @binding(4) var<storage, read> sin_table: array<Element>;
@group(0) @binding(5) var<storage, read_write> y: array<Element>;

fn compute_element(i: u32) {
  let width = params.head_width - params.pairs;
  let row = i / width;
  let pair = i % width;
  let first = row * params.head_width;
  if (pair >= params.pairs) {
    y[first + params.pairs + pair] = x[first + params.pairs + pair];
    return;
  }
  let a = first + select(pair, 2u * pair, params.interleaved != 0u);
  let b = a + select(params.pairs, 1u, params.interleaved != 0u);
  let position = min(positions[row / params.heads], params.table_rows - 1u);
  let cosine = cos_table[position * params.pairs + pair];
  let sine = params.sign * sin_table[position * params.pairs + pair];
  let from_a = x[a];
  let from_b = x[b];
  y[a] = from_a * cosine - from_b * sine;
  y[b] = from_b * cosine + from_a * sine;
}

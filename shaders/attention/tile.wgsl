// Shared by the tiled attention kernels: 8 x 8 threads hold a 32 x 32 tile of scores, 4 x 4 each, and 32 rows of output
// in chunks of 8 elements. Thread (x, y) holds rows 4y .. 4y+3, columns 4x .. 4x+3 of the scores and element x of each
// chunk.
const TILE = 32u;
const CHUNKS = (WIDTH + 7u) / 8u;

alias Scores = array<vec4<f32>, 4>;
// Element [4 * chunk + r] is the chunk's element of row 4y + r.
alias Rows = array<Element, 4u * CHUNKS>;

// Padded to nine to avoid bank conflicts.
const STRIDE = 9u;
var<workgroup> left: array<Element, TILE * STRIDE>;
var<workgroup> right: array<Element, TILE * STRIDE>;
var<workgroup> weights: array<vec4<f32>, TILE * STRIDE>;
var<workgroup> first_bound: atomic<u32>;
var<workgroup> last_bound: atomic<u32>;
var<workgroup> bounds: vec2<u32>;

// A thread's work: rows of q from row0, rows of k from key0, and its coordinates in the 8 x 8 workgroup.
struct Place {
  batch: u32,
  head: u32,
  kv_head: u32,
  row0: u32,
  key0: u32,
  x: u32,
  y: u32,
}

// Slot of column `c` of the right operand in `multiply_chunk`, so that threads read adjacent slots at the same time.
fn column_slot(c: u32) -> u32 {
  return (c % 4u) * 8u + c / 4u;
}

// scores[r][c] += left row (4y + r) . right row (4x + c), over one chunk; right rows are in column-slot order.
fn multiply_chunk(scores: ptr<function, Scores>, place: Place) {
  for (var p = 0u; p < 8u; p++) {
    let b0 = right[place.x * STRIDE + p];
    let b1 = right[(8u + place.x) * STRIDE + p];
    let b2 = right[(16u + place.x) * STRIDE + p];
    let b3 = right[(24u + place.x) * STRIDE + p];
    for (var r = 0u; r < 4u; r++) {
      let a = left[(4u * place.y + r) * STRIDE + p];
      (*scores)[r] += vec4(inner(a, b0), inner(a, b1), inner(a, b2), inner(a, b3));
    }
  }
}

// rows[chunk] += weights * right, where `right` holds a chunk of 32 rows in order.
fn add_weighted_chunk(rows: ptr<function, Rows>, chunk: u32, place: Place) {
  for (var p = 0u; p < 8u; p++) {
    let b0 = right[(4u * p) * STRIDE + place.x];
    let b1 = right[(4u * p + 1u) * STRIDE + place.x];
    let b2 = right[(4u * p + 2u) * STRIDE + place.x];
    let b3 = right[(4u * p + 3u) * STRIDE + place.x];
    for (var r = 0u; r < 4u; r++) {
      let w = weights[(4u * place.y + r) * STRIDE + p];
      (*rows)[4u * chunk + r] += w.x * b0 + w.y * b1 + w.z * b2 + w.w * b3;
    }
  }
}

// Sources for `fetch`: rows of q and dy of the place's head from row0, rows of k and v of its kv_head from key0.
const QUERY = 0u;
const KEY = 1u;
const VALUE = 2u;
const DY = 3u;

// left . right for 32 rows of one source and 32 rows of another.
fn tile_dots(left_source: u32, right_source: u32, place: Place) -> Scores {
  var dots = Scores();
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      let row = e / 8u;
      let d = 8u * chunk + e % 8u;
      left[row * STRIDE + e % 8u] = fetch(left_source, place, row, d);
      right[column_slot(row) * STRIDE + e % 8u] = fetch(right_source, place, row, d);
    }
    workgroupBarrier();
    multiply_chunk(&dots, place);
  }
  return dots;
}

// rows += weights . source for the 32 rows of the tile.
fn add_weighted_rows(rows: ptr<function, Rows>, source: u32, place: Place) {
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    workgroupBarrier();
    for (var e = 8u * place.y + place.x; e < 256u; e += 64u) {
      right[e / 8u * STRIDE + e % 8u] = fetch(source, place, e / 8u, 8u * chunk + e % 8u);
    }
    workgroupBarrier();
    add_weighted_chunk(rows, chunk, place);
  }
}

// Union of the non-empty ranges [x, y) over the workgroup; uniform.
fn union_of_ranges(range: vec2<u32>, local: u32) -> vec2<u32> {
  if (local == 0u) {
    atomicStore(&first_bound, 0xffffffffu);
    atomicStore(&last_bound, 0u);
  }
  workgroupBarrier();
  if (range.x < range.y) {
    atomicMin(&first_bound, range.x);
    atomicMax(&last_bound, range.y);
  }
  workgroupBarrier();
  if (local == 0u) {
    bounds = vec2(atomicLoad(&first_bound), atomicLoad(&last_bound));
  }
  return workgroupUniformLoad(&bounds);
}

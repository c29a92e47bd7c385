// C (m,n) = the product of operands whose blocks lib/tile_a_* and lib/tile_b_* load, for hardware GPUs with many
// registers. A workgroup of 16 x 16 invocations computes 128 x 128 elements, an invocation 8 x 8 of them: rows 4y ... and
// 64 + 4y ..., columns 4x ... and 64 + 4x .... The next blocks are loaded while these are multiplied. Overwrites or
// accumulates into C; see lib/matmul.
const DEPTH = 16u;

// [k][four rows] and [k][four columns]; quads are permuted so that stores of adjacent k use different banks.
var<workgroup> a_tile: array<vec4<f32>, DEPTH * ROWS / 4u>;
var<workgroup> b_tile: array<vec4<f32>, DEPTH * COLUMNS / 4u>;

fn quad_slot(quad: u32, k: u32) -> u32 {
  return quad ^ (k / 4u);
}

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let first_row = tile.y * ROWS;
  let first_column = tile.x * COLUMNS;
  // Each invocation loads a 4 x 4 block: ROWS blocks of A, then COLUMNS of B.
  let loads_a = index < ROWS;
  let a_place = place_a(index % ROWS);
  let b_place = place_b(index % COLUMNS);
  var next: mat4x4<f32>;
  if (params.k > 0u) {
    if (loads_a) {
      next = block_a(a_place, first_row, 0u);
    } else {
      next = block_b(b_place, first_column, 0u);
    }
  }
  var sums: array<vec4<f32>, 16>;
  for (var k = 0u; k < params.k; k += DEPTH) {
    if (loads_a) {
      let at = 4u * a_place.y * (ROWS / 4u) + (a_place.x ^ a_place.y);
      a_tile[at] = next[0];
      a_tile[at + ROWS / 4u] = next[1];
      a_tile[at + 2u * (ROWS / 4u)] = next[2];
      a_tile[at + 3u * (ROWS / 4u)] = next[3];
    } else {
      let at = 4u * b_place.y * (COLUMNS / 4u) + (b_place.x ^ b_place.y);
      b_tile[at] = next[0];
      b_tile[at + COLUMNS / 4u] = next[1];
      b_tile[at + 2u * (COLUMNS / 4u)] = next[2];
      b_tile[at + 3u * (COLUMNS / 4u)] = next[3];
    }
    workgroupBarrier();
    if (k + DEPTH < params.k) {
      if (loads_a) {
        next = block_a(a_place, first_row, k + DEPTH);
      } else {
        next = block_b(b_place, first_column, k + DEPTH);
      }
    }
    for (var i = 0u; i < DEPTH; i++) {
      let a_low = a_tile[i * (ROWS / 4u) + quad_slot(local.y, i)];
      let a_high = a_tile[i * (ROWS / 4u) + quad_slot(local.y + 16u, i)];
      let b_low = b_tile[i * (COLUMNS / 4u) + quad_slot(local.x, i)];
      let b_high = b_tile[i * (COLUMNS / 4u) + quad_slot(local.x + 16u, i)];
      sums[0] += a_low.x * b_low;
      sums[1] += a_low.x * b_high;
      sums[2] += a_low.y * b_low;
      sums[3] += a_low.y * b_high;
      sums[4] += a_low.z * b_low;
      sums[5] += a_low.z * b_high;
      sums[6] += a_low.w * b_low;
      sums[7] += a_low.w * b_high;
      sums[8] += a_high.x * b_low;
      sums[9] += a_high.x * b_high;
      sums[10] += a_high.y * b_low;
      sums[11] += a_high.y * b_high;
      sums[12] += a_high.z * b_low;
      sums[13] += a_high.z * b_high;
      sums[14] += a_high.w * b_low;
      sums[15] += a_high.w * b_high;
    }
    workgroupBarrier();
  }
  let row = first_row + 4u * local.y;
  let column = first_column + 4u * local.x;
  write_c4(row, column, sums[0]);
  write_c4(row, column + 64u, sums[1]);
  write_c4(row + 1u, column, sums[2]);
  write_c4(row + 1u, column + 64u, sums[3]);
  write_c4(row + 2u, column, sums[4]);
  write_c4(row + 2u, column + 64u, sums[5]);
  write_c4(row + 3u, column, sums[6]);
  write_c4(row + 3u, column + 64u, sums[7]);
  write_c4(row + 64u, column, sums[8]);
  write_c4(row + 64u, column + 64u, sums[9]);
  write_c4(row + 65u, column, sums[10]);
  write_c4(row + 65u, column + 64u, sums[11]);
  write_c4(row + 66u, column, sums[12]);
  write_c4(row + 66u, column + 64u, sums[13]);
  write_c4(row + 67u, column, sums[14]);
  write_c4(row + 67u, column + 64u, sums[15]);
}

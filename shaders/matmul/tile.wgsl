// C (m,n) = the product of operands whose blocks lib/tile_a_* and lib/tile_b_* load into shared memory, for hardware
// GPUs. A workgroup computes ROWS x COLUMNS elements, an invocation 8 x 4 of them in registers. Overwrites or accumulates
// into C; see lib/matmul, and lib/split_k.
const DEPTH = 16u;

// [k][four rows] and [k][four columns].
var<workgroup> a_tile: array<vec4<f32>, DEPTH * ROWS / 4u>;
var<workgroup> b_tile: array<vec4<f32>, DEPTH * COLUMNS / 4u>;

@compute @workgroup_size(COLUMNS / 4u, ROWS / 8u)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = workgroup.xy + vec2(params.first_x, params.first_y);
  let first_row = tile.y * ROWS;
  let first_column = tile.x * COLUMNS;
  var sums: array<vec4<f32>, 8>;
  let span = part_of_k(workgroup.z);
  for (var k = span.x; k < span.y; k += DEPTH) {
    // Blocks are 4 x 4: DEPTH * ROWS / 16 = ROWS of A and COLUMNS of B.
    for (var block = index; block < ROWS + COLUMNS; block += ROWS * COLUMNS / 32u) {
      if (block < ROWS) {
        let place = place_a(block);
        let rows = block_a(place, first_row, k);
        for (var i = 0u; i < 4u; i++) {
          a_tile[(4u * place.y + i) * (ROWS / 4u) + place.x] = rows[i];
        }
      } else {
        let place = place_b(block - ROWS);
        let columns = block_b(place, first_column, k);
        for (var i = 0u; i < 4u; i++) {
          b_tile[(4u * place.y + i) * (COLUMNS / 4u) + place.x] = columns[i];
        }
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < DEPTH; i++) {
      let b_row = b_tile[i * (COLUMNS / 4u) + local.x];
      let low = a_tile[i * (ROWS / 4u) + local.y * 2u];
      let high = a_tile[i * (ROWS / 4u) + local.y * 2u + 1u];
      sums[0] += low.x * b_row;
      sums[1] += low.y * b_row;
      sums[2] += low.z * b_row;
      sums[3] += low.w * b_row;
      sums[4] += high.x * b_row;
      sums[5] += high.y * b_row;
      sums[6] += high.z * b_row;
      sums[7] += high.w * b_row;
    }
    workgroupBarrier();
  }
  let row = first_row + local.y * 8u;
  let column = first_column + local.x * 4u;
  write_c4(row, column, sums[0]);
  write_c4(row + 1u, column, sums[1]);
  write_c4(row + 2u, column, sums[2]);
  write_c4(row + 3u, column, sums[3]);
  write_c4(row + 4u, column, sums[4]);
  write_c4(row + 5u, column, sums[5]);
  write_c4(row + 6u, column, sums[6]);
  write_c4(row + 7u, column, sums[7]);
}

// Shared by the quad attention kernels: one quad holds a 16 x 16 tile of scores in registers. Lane l holds rows l, l +
// 4, l + 8, l + 12. Column group c of a tile is a matrix whose column r is the lane's row r and whose component s is
// column 4c + (l ^ s); see lib/quad.
const TILE = 16u;

struct Tile {
  c0: mat4x4<f32>,
  c1: mat4x4<f32>,
  c2: mat4x4<f32>,
  c3: mat4x4<f32>,
}

// tile + left . right over four elements: column r of `left` is the lane's row r, column c of `right` its row 4c + l.
fn multiply(tile: Tile, left: mat4x4<f32>, right: mat4x4<f32>) -> Tile {
  return Tile(
    tile.c0 + transpose(all_lanes(right[0])) * left,
    tile.c1 + transpose(all_lanes(right[1])) * left,
    tile.c2 + transpose(all_lanes(right[2])) * left,
    tile.c3 + transpose(all_lanes(right[3])) * left,
  );
}

// Four elements of the lane's four rows of weights . right.
fn weighted(weights: Tile, right: mat4x4<f32>) -> mat4x4<f32> {
  return all_lanes(right[0]) * weights.c0
    + all_lanes(right[1]) * weights.c1
    + all_lanes(right[2]) * weights.c2
    + all_lanes(right[3]) * weights.c3;
}

// Row r's four values for each column group.
fn tile_row(tile: Tile, r: u32) -> mat4x4<f32> {
  return mat4x4(tile.c0[r], tile.c1[r], tile.c2[r], tile.c3[r]);
}

fn tile_of_rows(a: mat4x4<f32>, b: mat4x4<f32>, c: mat4x4<f32>, d: mat4x4<f32>) -> Tile {
  return Tile(
    mat4x4(a[0], b[0], c[0], d[0]),
    mat4x4(a[1], b[1], c[1], d[1]),
    mat4x4(a[2], b[2], c[2], d[2]),
    mat4x4(a[3], b[3], c[3], d[3]),
  );
}

// The lane's four rows of the tile that starts at `first`.
fn lane_rows(first: u32, lane: u32) -> vec4<u32> {
  return first + lane + vec4(0u, 4u, 8u, 12u);
}

// Union of the non-empty ranges [first, last) of the quad.
@diagnostic(off, subgroup_uniformity)
fn union_of_ranges(first: vec4<u32>, last: vec4<u32>) -> vec2<u32> {
  let own = union_of_rows(first, last);
  let x = vec2(min(own.x, quadSwapX(own.x)), max(own.y, quadSwapX(own.y)));
  return vec2(min(x.x, quadSwapY(x.x)), max(x.y, quadSwapY(x.y)));
}

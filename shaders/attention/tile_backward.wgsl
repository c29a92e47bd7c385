// Operands of tile.wgsl in the backward kernels.
fn fetch(source: u32, place: Place, row: u32, d: u32) -> Element {
  switch source {
    case QUERY: {
      return fetch_query(place.batch, place.row0 + row, place.head, d);
    }
    case KEY: {
      return fetch_key(place.batch, place.key0 + row, place.kv_head, d);
    }
    case VALUE: {
      return fetch_value(place.batch, place.key0 + row, place.kv_head, d);
    }
    default: {
      return fetch_dy(place.batch, place.row0 + row, place.head, d);
    }
  }
}

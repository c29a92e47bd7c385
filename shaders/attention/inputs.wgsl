// Bindings and bounds-checked loads of q (B,Tq,H,D), k and v (B,Tk,KV,D); reads past the end yield zeros.
@group(0) @binding(1) var<storage, read> q: array<Element>;
@group(0) @binding(2) var<storage, read> k: array<Element>;
@group(0) @binding(3) var<storage, read> v: array<Element>;

fn fetch_query(batch: u32, row: u32, head: u32, d: u32) -> Element {
  if (row >= params.queries || d >= WIDTH) {
    return Element();
  }
  return q[query_offset(batch, row, head, WIDTH) + d];
}

fn fetch_key(batch: u32, row: u32, kv_head: u32, d: u32) -> Element {
  if (row >= params.keys || d >= WIDTH) {
    return Element();
  }
  return k[key_offset(batch, row, kv_head, WIDTH) + d];
}

fn fetch_value(batch: u32, row: u32, kv_head: u32, d: u32) -> Element {
  if (row >= params.keys || d >= WIDTH) {
    return Element();
  }
  return v[key_offset(batch, row, kv_head, WIDTH) + d];
}

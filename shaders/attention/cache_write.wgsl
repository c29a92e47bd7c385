// cache[b, slots[b,t], :] = x[b,t,:] where slots[b,t] < capacity; the rest of cache is unchanged. x (B,length,width),
// cache (B,capacity,width), count = B * length * width, all in elements. Slots must be unique within a batch row.
struct Params {
  count: u32,
  length: u32,
  capacity: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read_write> cache: array<Element>;

fn compute_element(i: u32) {
  let position = i / params.width;
  let slot = slots[position];
  if (slot < params.capacity) {
    cache[(position / params.length * params.capacity + slot) * params.width + i % params.width] = x[i];
  }
}

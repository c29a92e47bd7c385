// occurrences[i] = (1 if position i is the first with its id, else 0; the next position with the same id, or count),
// for ids (count). Overwrites occurrences.
struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> occurrences: array<vec2<u32>>;

fn compute_element(i: u32) {
  let id = ids[i];
  var earlier = 0u;
  while (earlier < i && ids[earlier] != id) {
    earlier++;
  }
  var next = i + 1u;
  while (next < params.count && ids[next] != id) {
    next++;
  }
  occurrences[i] = vec2(select(0u, 1u, earlier == i), next);
}

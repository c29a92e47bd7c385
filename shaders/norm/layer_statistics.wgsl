// Layer norm of an element: (x - mean) / deviation.
@group(0) @binding(3) var<storage, read> statistics: array<vec2<f32>>;

fn normalised(value: Element, row: u32) -> Element {
  let row_statistics = statistics[row];
  return (value - row_statistics.x) * row_statistics.y;
}

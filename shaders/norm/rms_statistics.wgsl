// RMS norm of an element: x / rms.
@group(0) @binding(3) var<storage, read> inverse_rms: array<f32>;

fn normalised(value: Element, row: u32) -> Element {
  return value * inverse_rms[row];
}

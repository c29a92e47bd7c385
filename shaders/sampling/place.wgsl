// The bin of a score, and its weight within the bin.
struct Place {
  bin: u32,
  // 1 - weight / (largest weight of the bin).
  rest: f32,
}

// `scale` is BINS_PER_NAT / temperature.
fn place_of(score: f32, top: f32, scale: f32) -> Place {
  let distance = min((top - score) * scale, f32(BINS) - 0.5);
  let bin = u32(distance);
  let z = (distance - f32(bin)) / BINS_PER_NAT;
  return Place(bin, z * (1.0 - z * (0.5 - z * (1.0 / 6.0 - z / 24.0))));
}

fn largest_weight(bin: u32) -> f32 {
  return exp(f32(bin) / -BINS_PER_NAT);
}

fn weight_at(place: Place) -> f32 {
  return largest_weight(place.bin) * (1.0 - place.rest);
}

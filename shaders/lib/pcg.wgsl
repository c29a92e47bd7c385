// PCG's output permutation (O'Neill 2014) as a bijective 32-bit hash.
fn pcg(value: Indices) -> Indices {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> Indices(28u)) + 4u)) ^ state) * 277803737u;
  return (word >> Indices(22u)) ^ word;
}

// PCG's output permutation (O'Neill 2014) as a hash of 32 bits; no two numbers have the same.
fn pcg(value: Indices) -> Indices {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> Indices(28u)) + 4u)) ^ state) * 277803737u;
  return (word >> Indices(22u)) ^ word;
}

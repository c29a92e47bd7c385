// Each block of 64 parameters has BLOCK_WORDS words: its parameter group, then a bitmask of frozen parameters, least
// significant bit first.

// Index of the mask word of a vec4.
fn frozen_word(vector: u32) -> u32 {
  return BLOCK_WORDS * (vector / 16u) + 1u + (vector / 8u) % 2u;
}

// The frozen components of a vec4, given its mask word.
fn is_frozen(word: u32, vector: u32) -> vec4<bool> {
  let bits = vec4(word >> (4u * (vector % 8u)));
  return (bits & vec4(1u, 2u, 4u, 8u)) != vec4(0u);
}

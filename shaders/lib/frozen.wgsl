// Each block of 64 parameters has BLOCK_WORDS words: the number of its group, then a bit for each parameter that is frozen,
// the first the lowest.

// The place of the word with the bits of a vector of four.
fn frozen_word(vector: u32) -> u32 {
  return BLOCK_WORDS * (vector / 16u) + 1u + (vector / 8u) % 2u;
}

// Which numbers of the vector are frozen, by that word.
fn is_frozen(word: u32, vector: u32) -> vec4<bool> {
  let bits = vec4(word >> (4u * (vector % 8u)));
  return (bits & vec4(1u, 2u, 4u, 8u)) != vec4(0u);
}

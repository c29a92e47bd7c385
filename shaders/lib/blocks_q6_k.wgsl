// GGUF Q6_K: (d s) (q - 32) in blocks of 256, sixteen sub-blocks of 16 with a signed s each. 105 words hold two blocks:
// both f16 d; 16 bytes of s each; 128 bytes of low bits each; 64 bytes of high bits each. Of 128 numbers, quarters 0
// and 2 share 32 bytes of low bits, 1 and 3 the next 32, and all four share 32 bytes of high bits, two bits each.
fn widen4(at4: u32) -> vec4<f32> {
  let unit = (at4 >> 7u) * 105u;
  let block = (at4 >> 6u) & 1u;
  let part = (at4 >> 5u) & 1u;
  let quarter = (at4 >> 3u) & 3u;
  let word = at4 & 7u;
  let s = signed_bytes_of(b[unit + 1u + block * 4u + ((at4 >> 4u) & 3u)])[(at4 >> 2u) & 3u];
  let low = b[unit + 9u + block * 32u + part * 16u + (quarter & 1u) * 8u + word] >> (4u * (quarter >> 1u));
  let high = b[unit + 73u + block * 16u + part * 8u + word] >> (2u * quarter);
  let upper = (bytes_of(high) & vec4(3u)) << vec4(4u);
  return half_of(b[unit], block) * f32(s) * (floats_of(nibbles_of(low) | upper) - 32.0);
}

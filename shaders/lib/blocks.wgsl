// Block-quantised matrix B: its words, and helpers shared by all kinds. Each kind's file defines widen4(at4), which
// dequantises numbers 4 * at4 ... 4 * at4 + 3 of B in row-major order.
@group(0) @binding(2) var<storage, read> b: array<u32>;

// The four bytes of a word, lowest first.
fn bytes_of(word: u32) -> vec4<u32> {
  return (vec4(word) >> vec4(0u, 8u, 16u, 24u)) & vec4(0xffu);
}

fn signed_bytes_of(word: u32) -> vec4<i32> {
  return vec4<i32>(vec4(word) << vec4(24u, 16u, 8u, 0u)) >> vec4(24u);
}

// The low nibbles of the four bytes.
fn nibbles_of(word: u32) -> vec4<u32> {
  return (vec4(word) >> vec4(0u, 8u, 16u, 24u)) & vec4(0xfu);
}

// The lowest four bits, each shifted to bit 4 of a number.
fn fifth_bits(bits: u32) -> vec4<u32> {
  return (vec4(bits) << vec4(4u, 3u, 2u, 1u)) & vec4(0x10u);
}

// The f16 in the low (index 0) or high half of a word.
fn half_of(word: u32, index: u32) -> f32 {
  return unpack2x16float(word >> (16u * index)).x;
}

// Small numbers as floats. Software GPUs have an instruction for signed integers only.
fn floats_of(numbers: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(vec4<i32>(numbers));
}

// Masks of codes in a word. As software GPUs shift a lane at a time, codes are converted where they are, and what they
// are multiplied with is scaled by BYTE_SCALES instead. A code with the sign bit is made signed by flipping it.
const LOW_NIBBLES = vec4<u32>(0xfu, 0xf00u, 0xf0000u, 0xf000000u);
const HIGH_NIBBLES = vec4<u32>(0xf0u, 0xf000u, 0xf00000u, 0xf0000000u);
const SIGN_BIT = 0x80000000u;
const BYTE_SCALES = vec4<f32>(1.0, 0.00390625, 0.0000152587890625, 0.000000059604644775390625);

// The low nibbles of the four bytes, as floats.
fn nibble_floats(word: u32) -> vec4<f32> {
  return floats_of(vec4(word) & LOW_NIBBLES) * BYTE_SCALES;
}

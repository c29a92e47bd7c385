/** Converts IEEE 754 binary16 bits to f32 exactly, including subnormals, infinities and NaN. */
export function f16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bits.length);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] ?? 0;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      // Zero and f16 subnormals, which are normal in f32.
      floats[i] = (sign === 0 ? fraction : -fraction) * 2 ** -24;
    } else {
      words[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return floats;
}

/** Converts bfloat16 bits to f32 exactly. */
export function bf16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Converts little-endian elements to f32. `bytes` holds whole elements, at any alignment. */
export function widen(
  dtype: "F32" | "F16" | "BF16",
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const size = dtype === "F32" ? 4 : 2;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (dtype === "F32") return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const bits = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  return dtype === "F16" ? f16ToF32(bits) : bf16ToF32(bits);
}

/** Rounds to bfloat16 bits, to nearest even; NaN stays NaN. */
export function f32ToBf16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => {
    if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** Rounds to binary16 bits, to nearest even, with overflow to infinity and gradual underflow. */
export function f32ToF16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word, i) => {
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    if (size > 0x7f800000) return sign | 0x7e00;
    // At least half a step above the largest finite value.
    if (size >= 0x477ff000) return sign | 0x7c00;
    if (size >= 0x38800000) return sign | ((size - (112 << 23) + 0xfff + ((size >>> 13) & 1)) >>> 13);
    return sign | roundToEven(Math.abs(values[i] ?? 0) * 2 ** 24);
  });
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor + (floor % 2);
  return rest < 0.5 ? floor : floor + 1;
}

/** Converts f32 values to little-endian elements, rounding to nearest. */
export function narrow(
  dtype: "F32" | "F16" | "BF16",
  values: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (dtype === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array((dtype === "F16" ? f32ToF16(values) : f32ToBf16(values)).buffer);
}

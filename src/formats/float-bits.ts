/** Widens half-precision bits (IEEE 754 binary16) to f32, exactly; subnormals, infinities and NaN included. */
export function f16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bits.length);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] ?? 0;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      // Zero and subnormals, which f32 holds as normals.
      floats[i] = (sign === 0 ? fraction : -fraction) * 2 ** -24;
    } else {
      words[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return floats;
}

/** Widens bfloat16 bits to f32, exactly: they are the upper half of the f32. */
export function bf16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Little-endian elements of a float type as f32. `bytes` holds whole elements and may start at any offset. */
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

/** The nearest bfloat16 bits, ties to even; NaN stays NaN. */
export function f32ToBf16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => {
    if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** The nearest half-precision bits, ties to even; beyond 65504 infinity, below the normals subnormals. */
export function f32ToF16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word, i) => {
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    if (size > 0x7f800000) return sign | 0x7e00;
    // From half a step above the largest half on.
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

/** f32 values as little-endian elements of a float type, rounded to nearest. */
export function narrow(
  dtype: "F32" | "F16" | "BF16",
  values: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (dtype === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array((dtype === "F16" ? f32ToF16(values) : f32ToBf16(values)).buffer);
}

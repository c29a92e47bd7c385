import { describe, expect, it } from "vitest";
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16, narrow, widen } from "../../../src/formats/float-bits";

/** The value of a half by its IEEE 754 definition, without bit tricks. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
}

describe("widening", () => {
  it("is exact for every half", () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const floats = f16ToF32(bits);
    const wrong = [...bits].filter((half) => !Object.is(floats[half], halfValue(half)));
    expect(wrong).toEqual([]);
  });

  it("is exact for bfloat16", () => {
    expect([...bf16ToF32(Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x8000, 0x7f80))]).toEqual([
      1,
      -3,
      2 ** -133,
      -0,
      Infinity,
    ]);
    expect(bf16ToF32(Uint16Array.of(0x7fc0))[0]).toBeNaN();
  });

  it("accepts bytes at any offset", () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x3c, 0x00, 0xc0]);
    expect([...widen("F16", bytes.subarray(1))]).toEqual([1, -2]);
    const f32 = new Uint8Array([0xff, 0, 0, 0x80, 0x3f]);
    expect([...widen("F32", f32.subarray(1))]).toEqual([1]);
    expect([...widen("BF16", new Uint8Array([0x80, 0x3f]))]).toEqual([1]);
  });
});

describe("narrowing", () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const numbers = (wide: Float32Array<ArrayBuffer>) => all.filter((bits) => !Number.isNaN(wide[bits]));

  it("round-trips every half and every bfloat16", () => {
    const [halves, brains] = [f16ToF32(all), bf16ToF32(all)];
    const half = f32ToF16(halves);
    const brain = f32ToBf16(brains);
    expect([...numbers(halves)].filter((bits) => half[bits] !== bits)).toEqual([]);
    expect([...numbers(brains)].filter((bits) => brain[bits] !== bits)).toEqual([]);
  });

  it("rounds to the nearest half, ties to even", () => {
    // Adjacent positive halves up to the largest, including subnormals.
    const lower = all.subarray(0, 0x7bff);
    const below = f16ToF32(lower);
    const above = f16ToF32(lower.map((bits) => bits + 1));
    const middle = below.map((value, i) => (value + above[i]!) / 2);
    const nudged = (by: number) => f32ToF16(middle.map((value) => value * (1 + by)));
    expect(f32ToF16(middle)).toEqual(lower.map((bits) => bits + (bits & 1)));
    expect(nudged(-(2 ** -20))).toEqual(lower.slice());
    expect(nudged(2 ** -20)).toEqual(lower.map((bits) => bits + 1));
  });

  it("rounds to the nearest bfloat16, ties to even", () => {
    const words = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xbf818000);
    expect([...f32ToBf16(new Float32Array(words.buffer))]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x3f80, 0xbf82]);
  });

  it("keeps NaN, and overflows to infinity", () => {
    const values = Float32Array.of(NaN, Infinity, -Infinity, 65519, 65520, 1e30);
    expect([...f16ToF32(f32ToF16(values))]).toEqual([NaN, Infinity, -Infinity, 65504, Infinity, Infinity]);
    expect([...bf16ToF32(f32ToBf16(Float32Array.of(NaN, 3.4e38)))]).toEqual([NaN, Infinity]);
  });

  it("is inverse to widening", () => {
    const values = Float32Array.of(1, -0.5, 0);
    for (const dtype of ["F32", "F16", "BF16"] as const) {
      expect(widen(dtype, narrow(dtype, values))).toEqual(values);
    }
  });
});

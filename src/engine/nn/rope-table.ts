/** Frequency scaling of rotary embeddings (transformers' `modeling_rope_utils`). */
export type RopeScaling =
  | { readonly type: "default" }
  | { readonly type: "linear"; readonly factor: number }
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalMaxPositions: number;
    }
  /** Interpolates low frequencies and keeps high ones (Peng et al. 2023, arXiv 2309.00071). */
  | {
      readonly type: "yarn";
      readonly factor: number;
      /** Scales cos and sin, and so queries and keys. */
      readonly attentionFactor: number;
      /** Fractional indices of the first interpolated frequency, and of the first fully interpolated one. */
      readonly low: number;
      readonly high: number;
      readonly originalMaxPositions: number;
    }
  /**
   * Divisors of the frequencies (Ding et al. 2024, arXiv 2402.13753), for texts of up to `originalMaxPositions` tokens.
   */
  | {
      readonly type: "longrope";
      readonly divisors: readonly number[];
      readonly attentionFactor: number;
      readonly originalMaxPositions: number;
      /** Divisors for longer texts, of up to `maxPositions` tokens. */
      readonly longDivisors: readonly number[];
      readonly maxPositions: number;
    };

export interface RopeSpec {
  readonly theta: number;
  /** Rotary dimensions of a head, if not all; an odd number is rounded up. */
  readonly dimension: number;
  readonly scaling: RopeScaling;
}

/** Number of rotated pairs per head. */
export function rotaryPairs({ dimension }: RopeSpec): number {
  return Math.ceil(dimension / 2);
}

/**
 * cos and sin of position × frequency, each (positions, pairs), row-major. Angles are rounded to float32 as in
 * transformers, cos and sin computed in float64: WGSL's are inaccurate for large angles.
 */
export function ropeTables(
  spec: RopeSpec,
  positions: number,
): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const half = rotaryPairs(spec);
  const { scaling } = spec;
  const size = "attentionFactor" in scaling ? scaling.attentionFactor : 1;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  const frequencies = rotaryFrequencies(spec);
  for (let position = 0; position < positions; position++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = size * Math.cos(angle);
      sin[position * half + i] = size * Math.sin(angle);
    });
  }
  return { cos, sin };
}

/** Angle per position of each rotary pair, float32. */
export function rotaryFrequencies(spec: RopeSpec): number[] {
  const { theta, dimension, scaling } = spec;
  return Array.from({ length: rotaryPairs(spec) }, (_, i) =>
    Math.fround(scaled(1 / theta ** ((2 * i) / dimension), i, scaling)),
  );
}

function scaled(frequency: number, index: number, scaling: RopeScaling): number {
  if (scaling.type === "default") return frequency;
  if (scaling.type === "linear") return frequency / scaling.factor;
  if (scaling.type === "longrope") return frequency / (scaling.divisors[index] ?? 1);
  if (scaling.type === "yarn") {
    const ramp = Math.min(1, Math.max(0, (index - scaling.low) / (scaling.high - scaling.low)));
    return (frequency / scaling.factor) * ramp + frequency * (1 - ramp);
  }
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < originalMaxPositions / highFrequencyFactor) return frequency;
  if (wavelength > originalMaxPositions / lowFrequencyFactor) return frequency / factor;
  const smooth =
    (originalMaxPositions / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

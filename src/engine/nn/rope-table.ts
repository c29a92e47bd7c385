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
    };

export interface RopeSpec {
  readonly theta: number;
  /** Rotary dimensions of a head; even. */
  readonly dimension: number;
  readonly scaling: RopeScaling;
}

/**
 * cos and sin of position × frequency, each (positions, dimension / 2), row-major. Angles are rounded to float32 as in
 * transformers, cos and sin computed in float64: WGSL's are inaccurate for large angles.
 */
export function ropeTables(
  spec: RopeSpec,
  positions: number,
): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const half = spec.dimension / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  const frequencies = rotaryFrequencies(spec);
  for (let position = 0; position < positions; position++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    });
  }
  return { cos, sin };
}

/** Angle per position of each rotary pair, float32, (dimension / 2). */
export function rotaryFrequencies({ theta, dimension, scaling }: RopeSpec): number[] {
  return Array.from({ length: dimension / 2 }, (_, i) =>
    Math.fround(scaled(1 / theta ** ((2 * i) / dimension), scaling)),
  );
}

function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.type === "default") return frequency;
  if (scaling.type === "linear") return frequency / scaling.factor;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < originalMaxPositions / highFrequencyFactor) return frequency;
  if (wavelength > originalMaxPositions / lowFrequencyFactor) return frequency / factor;
  const smooth =
    (originalMaxPositions / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

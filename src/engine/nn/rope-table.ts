import { LuthierError } from "../../lib/errors";
import type { ConfigReader } from "../models/config-reader";

/** How a model turns positions into angles (transformers' `modeling_rope_utils`). */
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
  /** Dimensions of a head that turn; even. */
  readonly dimension: number;
  readonly scaling: RopeScaling;
}

/** Reads the rotary fields of a config.json, in the form of transformers 4 or 5. */
export function readRope(config: ConfigReader, dimension: number, defaultTheta = 10000): RopeSpec {
  const nested = config.object("rope_parameters") ?? config.object("rope_scaling");
  const theta = config.has("rope_theta")
    ? config.number("rope_theta")
    : (nested?.number("rope_theta", defaultTheta) ?? defaultTheta);
  return { theta, dimension, scaling: nested ? readScaling(nested) : { type: "default" } };
}

/** Reads the rotary fields of one kind of layer, where config.json holds an object for each kind. */
export function readLayerRope(fields: ConfigReader, dimension: number, defaultTheta: number): RopeSpec {
  return { theta: fields.number("rope_theta", defaultTheta), dimension, scaling: readScaling(fields) };
}

function readScaling(fields: ConfigReader): RopeScaling {
  const named = fields.has("rope_type") ? "rope_type" : "type";
  // "dynamic" changes nothing until a sequence is longer than the model was trained for, which is refused here.
  const type = fields.choice(named, ["default", "linear", "llama3", "dynamic"], "default");
  if (type === "default" || type === "dynamic") return { type: "default" };
  const factor = fields.number("factor");
  if (!(factor > 0)) {
    throw new LuthierError(
      "model",
      `config.json: the rope factor is ${factor}.`,
      "It should be more than 0.",
    );
  }
  if (type === "linear") return { type, factor };
  return {
    type,
    factor,
    lowFrequencyFactor: fields.number("low_freq_factor"),
    highFrequencyFactor: fields.number("high_freq_factor"),
    originalMaxPositions: fields.integer("original_max_position_embeddings"),
  };
}

/**
 * cos and sin of position × frequency, each (positions, dimension / 2), row-major. Angles are formed in float32 as
 * transformers forms them, their cosines in float64: WGSL's own are too coarse for large angles.
 */
export function ropeTables(
  spec: RopeSpec,
  positions: number,
): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const half = spec.dimension / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  const frequencies = Array.from({ length: half }, (_, i) =>
    Math.fround(scaled(1 / spec.theta ** ((2 * i) / spec.dimension), spec.scaling)),
  );
  for (let position = 0; position < positions; position++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    });
  }
  return { cos, sin };
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

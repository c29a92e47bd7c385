import { LuthierError } from "../../lib/errors";
import type { RopeScaling, RopeSpec } from "../nn/rope-table";
import type { ConfigReader } from "./config-reader";

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

import { LuthierError } from "../../lib/errors";
import { isRecord } from "../../lib/json";
import type { RopeScaling, RopeSpec } from "../nn/rope-table";
import {
  choice,
  number,
  numberOrNull,
  objectOrNull,
  readFields,
  requireNumber,
  size,
  sizeOrNull,
  type Values,
} from "./config/fields";

/** RoPE keys, in transformers 4's and 5's spelling. */
export const ropeFields = {
  rope_parameters: objectOrNull(),
  rope_scaling: objectOrNull(),
  rope_theta: number(10000),
  partial_rotary_factor: numberOrNull(null),
  original_max_position_embeddings: sizeOrNull(null),
};

/** Defaults from outside the RoPE settings. */
interface RopeContext {
  readonly dimension: number;
  readonly theta: number;
  readonly partialFactor: number | null;
  readonly maxPositions: number;
  /** Takes precedence over the nested key, as in transformers. */
  readonly originalMaxPositions: number | null;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * RoPE settings of a model with a single kind. As in transformers, `rope_scaling` precedes `rope_parameters`, and
 * nested bases and factors precede top-level ones.
 */
export function readRope(
  values: Values<typeof ropeFields> & { readonly max_position_embeddings: number },
  dimension: number,
): RopeSpec {
  const scaling = values.rope_scaling;
  const isScaled = scaling !== null && Object.keys(scaling).length > 0;
  const settings = isScaled ? scaling : (values.rope_parameters ?? {});
  const name = isScaled ? "rope_scaling" : "rope_parameters";
  const inner = Object.keys(settings).find((key) => isRecord(settings[key]));
  if (inner !== undefined) throw new LuthierError({ code: "model/rope-by-layer", key: `${name}.${inner}` });
  return readSettings(settings, `${name}.`, {
    dimension,
    theta: values.rope_theta,
    partialFactor: values.partial_rotary_factor,
    maxPositions: values.max_position_embeddings,
    originalMaxPositions: values.original_max_position_embeddings,
  });
}

const types = ["default", "linear", "llama3", "dynamic"] as const;

/** Parses an object of RoPE settings; `above` is its path with a trailing dot. */
export function readSettings(settings: Settings, above: string, context: RopeContext): RopeSpec {
  const kind = Object.hasOwn(settings, "rope_type") ? "rope_type" : "type";
  const type = readFields({ [kind]: choice(types, "default") }, settings, above)[kind] ?? "default";
  const read = readFields(
    { rope_theta: number(context.theta), partial_rotary_factor: numberOrNull(context.partialFactor) },
    settings,
    above,
  );
  const factor = read.partial_rotary_factor ?? 1;
  // The default type ignores partial_rotary_factor; the others would rotate part of a head, which is unsupported.
  if (type !== "default" && Math.floor(context.dimension * factor) !== context.dimension)
    throw new LuthierError({ code: "model/rope-partial", factor, kind: type });
  return {
    theta: read.rope_theta,
    dimension: context.dimension,
    scaling: readScaling(type, settings, above, context),
  };
}

function readScaling(
  type: (typeof types)[number],
  settings: Settings,
  above: string,
  { maxPositions, originalMaxPositions }: RopeContext,
): RopeScaling {
  if (type === "default") return { type };
  const factor = requireNumber(settings, "factor", above);
  if (!(factor > 0)) throw new LuthierError({ code: "model/rope-factor", factor });
  // "dynamic" only matters beyond the trained length, which is refused here.
  if (type === "dynamic") return { type: "default" };
  if (type === "linear") return { type, factor };
  const original = { original_max_position_embeddings: size(maxPositions) };
  return {
    type,
    factor,
    lowFrequencyFactor: requireNumber(settings, "low_freq_factor", above),
    highFrequencyFactor: requireNumber(settings, "high_freq_factor", above),
    originalMaxPositions:
      originalMaxPositions ?? readFields(original, settings, above).original_max_position_embeddings,
  };
}

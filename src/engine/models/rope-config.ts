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

/** Rotary keys, as transformers 4 and 5 spell them. */
export const ropeFields = {
  rope_parameters: objectOrNull(),
  rope_scaling: objectOrNull(),
  rope_theta: number(10000),
  partial_rotary_factor: numberOrNull(null),
  original_max_position_embeddings: sizeOrNull(null),
};

/** What the model's own settings are where the rotary ones do not say. */
interface RopeContext {
  readonly dimension: number;
  readonly theta: number;
  readonly partialFactor: number | null;
  readonly maxPositions: number;
  /** Beats what stands inside, as transformers has it. */
  readonly originalMaxPositions: number | null;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The rotary positions of a model with one kind of them. transformers takes `rope_scaling` before `rope_parameters`, and
 * a base or a share inside of either before the one outside.
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

/** Reads one object of rotary settings; `above` is the key that holds it, with a dot. */
export function readSettings(settings: Settings, above: string, context: RopeContext): RopeSpec {
  const kind = Object.hasOwn(settings, "rope_type") ? "rope_type" : "type";
  const type = readFields({ [kind]: choice(types, "default") }, settings, above)[kind] ?? "default";
  const read = readFields(
    { rope_theta: number(context.theta), partial_rotary_factor: numberOrNull(context.partialFactor) },
    settings,
    above,
  );
  const factor = read.partial_rotary_factor ?? 1;
  // The default kind turns whole heads whatever the share; the others turn a part, which does not go with the heads.
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
  // "dynamic" changes nothing until a sequence is longer than the model was trained for, which is refused here.
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

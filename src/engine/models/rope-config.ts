import { LuthierError } from "../../lib/errors";
import { isRecord } from "../../lib/json";
import type { RopeScaling, RopeSpec } from "../nn/rope-table";
import {
  choice,
  flag,
  number,
  numberOrNull,
  objectOrNull,
  readFields,
  requireNumber,
  requireNumbers,
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
  readonly traits?: RopeTraits;
}

/** What is specific to a family's rotary embedding. */
export interface RopeTraits {
  /** Whether partial rotary dimensions are supported (Phi-3, GPT-NeoX). */
  readonly turnsParts?: boolean;
  /** Supported RoPE types, mapped to ours; absent: all, under their own names. */
  readonly kinds?: Readonly<Record<string, RopeKind>>;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * RoPE settings of a model with a single RoPE type. As in transformers, `rope_scaling` precedes `rope_parameters`, and
 * nested bases and factors precede top-level ones.
 */
export function readRope(
  values: Values<typeof ropeFields> & { readonly max_position_embeddings: number },
  dimension: number,
  traits: RopeTraits = {},
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
    traits,
  });
}

/**
 * Maximum length of a text: the model's, or less where longer texts use other frequencies from the first token on
 * (LongRoPE).
 */
export function ropeReach(maxPositions: number, { scaling }: RopeSpec): number {
  return scaling.type === "longrope" ? Math.min(maxPositions, scaling.originalMaxPositions) : maxPositions;
}

type RopeKind = RopeScaling["type"] | "dynamic";

const allKinds: Readonly<Record<RopeKind, RopeKind>> = {
  default: "default",
  linear: "linear",
  llama3: "llama3",
  dynamic: "dynamic",
  yarn: "yarn",
  longrope: "longrope",
};

/** Parses an object of RoPE settings; `above` is its path with a trailing dot. */
export function readSettings(settings: Settings, above: string, context: RopeContext): RopeSpec {
  const { kinds = allKinds, turnsParts = false }: RopeTraits = context.traits ?? {};
  const key = Object.hasOwn(settings, "rope_type") ? "rope_type" : "type";
  const name = readFields({ [key]: choice(Object.keys(kinds), "default") }, settings, above)[key];
  const type = kinds[name ?? "default"] ?? "default";
  const read = readFields(
    { rope_theta: number(context.theta), partial_rotary_factor: numberOrNull(context.partialFactor) },
    settings,
    above,
  );
  const factor = read.partial_rotary_factor ?? 1;
  const part = Math.floor(context.dimension * factor);
  // In other families transformers' default type ignores the partial factor, while the other types apply it, which does
  // not match the heads.
  const fits = turnsParts
    ? part >= 1 && part <= context.dimension
    : type === "default" || part === context.dimension;
  if (!fits) throw new LuthierError({ code: "model/rope-partial", factor, kind: type });
  const dimension = turnsParts ? part : context.dimension;
  const theta = read.rope_theta;
  return { theta, dimension, scaling: readScaling(type, settings, above, { ...context, dimension, theta }) };
}

function readScaling(type: RopeKind, settings: Settings, above: string, context: RopeContext): RopeScaling {
  if (type === "default") return { type };
  if (type === "yarn") return readYarn(settings, above, context);
  if (type === "longrope") return readLongRope(settings, above, context);
  const factor = positive(requireNumber(settings, "factor", above));
  // "dynamic" only differs for sequences beyond the original length, which are refused.
  if (type === "dynamic") return { type: "default" };
  if (type === "linear") return { type, factor };
  return {
    type,
    factor,
    lowFrequencyFactor: requireNumber(settings, "low_freq_factor", above),
    highFrequencyFactor: requireNumber(settings, "high_freq_factor", above),
    originalMaxPositions: originalLength(settings, above, context),
  };
}

function positive(factor: number): number {
  if (factor > 0) return factor;
  throw new LuthierError({ code: "model/rope-factor", factor });
}

/** Original context length. */
function originalLength(
  settings: Settings,
  above: string,
  { maxPositions, originalMaxPositions }: RopeContext,
): number {
  const original = { original_max_position_embeddings: size(maxPositions) };
  return originalMaxPositions ?? readFields(original, settings, above).original_max_position_embeddings;
}

const yarnFields = {
  factor: numberOrNull(null),
  attention_factor: numberOrNull(null),
  beta_fast: numberOrNull(null),
  beta_slow: numberOrNull(null),
  mscale: numberOrNull(null),
  mscale_all_dim: numberOrNull(null),
  truncate: flag(true),
};

function readYarn(settings: Settings, above: string, context: RopeContext): RopeScaling {
  const read = readFields(yarnFields, settings, above);
  // transformers requires the key, and with null uses the ratio of the lengths.
  if (settings.factor === undefined) requireNumber(settings, "factor", above);
  const { dimension, theta, maxPositions } = context;
  const original = originalLength(settings, above, context);
  const factor = positive(read.factor ?? maxPositions / original);
  const magnitude = (weight = 1): number => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const { mscale, mscale_all_dim: all } = read;
  const attentionFactor =
    read.attention_factor ?? (mscale && all ? magnitude(mscale) / magnitude(all) : magnitude());
  /** Fractional index of the frequency with this many rotations within the original length. */
  const indexOf = (turns: number): number =>
    (dimension * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [indexOf(read.beta_fast || 32), indexOf(read.beta_slow || 1)];
  const low = Math.max(0, read.truncate ? Math.floor(first) : first);
  const high = Math.min(dimension - 1, read.truncate ? Math.ceil(last) : last);
  return {
    type: "yarn",
    factor,
    attentionFactor,
    low,
    high: high === low ? high + 0.001 : high,
    originalMaxPositions: original,
  };
}

const longRopeFields = { factor: numberOrNull(null), attention_factor: numberOrNull(null) };

/** Frequencies within the original length; see {@link ropeReach}. */
function readLongRope(settings: Settings, above: string, context: RopeContext): RopeScaling {
  const read = readFields(longRopeFields, settings, above);
  const pairs = Math.ceil(context.dimension / 2);
  const divisors = requireNumbers(settings, "short_factor", pairs, above);
  const longDivisors = requireNumbers(settings, "long_factor", pairs, above);
  const originalMaxPositions = originalLength(settings, above, context);
  const factor = read.factor ?? context.maxPositions / originalMaxPositions;
  const attentionFactor =
    read.attention_factor ??
    (factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalMaxPositions)));
  const { maxPositions } = context;
  return { type: "longrope", divisors, attentionFactor, originalMaxPositions, longDivisors, maxPositions };
}

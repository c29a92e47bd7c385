import * as v from "valibot";
import { isRecord } from "../../../lib/json";
import { recordOf } from "../../../lib/schema";
import type { Field, FieldValues } from "../../../shared/fields";
import type { FolderFormat } from "../../../shared/folder-format";
import type { ModelSpec, SublayerName } from "../../nn/model-spec";
import { ADAPTER_NAME } from "./bottleneck-layers";
import { refuseUnless } from "../common/config-check";
import { OptionReader } from "../common/option-reader";
import { readSaved, savedProbability } from "../common/saved-options";

/** Characteristics of a bottleneck method. */
export interface BottleneckKind {
  readonly fields: readonly Field[];
  /** Sub-layers with an adapter. */
  readonly sublayers: readonly SublayerName[];
  /** Whether the adapter's input is the sub-layer output plus the residual, or the output alone. */
  readonly includesResidual: boolean;
  /** Whether there is an invertible adapter after the embeddings, with its inverse before the head. */
  readonly invertible: boolean;
}

/** How the adapters library supports a family: with native model classes, or through hooks on transformers' classes. */
const LIBRARY: Readonly<Record<string, "classes" | "hooks">> = {
  llama: "classes",
  mistral: "classes",
  gpt2: "classes",
  t5: "classes",
  mt5: "classes",
  qwen2: "hooks",
  qwen3: "hooks",
  gemma3_text: "hooks",
  bloom: "hooks",
  opt: "hooks",
};

/** Formats for hook-supported families, replacing those that need the library's head classes. */
const HOOKED: Partial<Record<FolderFormat, FolderFormat>> = {
  "adapters-heads": "adapters",
  "adapters-stack": "adapters-stack-plain",
};

/**
 * Which software can load an exported folder: the adapters library if it supports the family natively or through hooks.
 * Excluded are Gemma when the sum passes through a norm (the library's hooks use the last block's norm everywhere), and
 * for OPT both fusion (its feed-forward layers see flattened tokens) and invertible adapters (position embeddings are
 * added outside any module).
 */
export function libraryFormat(
  format: FolderFormat,
  { includesResidual }: BottleneckKind,
  { family, blocks }: ModelSpec,
): FolderFormat {
  const way = LIBRARY[family];
  const readsThroughNorm = includesResidual && blocks.some(({ outputNorms }) => outputNorms);
  if (!way || readsThroughNorm || (family === "opt" && format !== "adapters")) return "luthier";
  return way === "hooks" ? (HOOKED[format] ?? format) : format;
}

/** Options of a bottleneck adapter. */
export interface BottleneckOptions {
  readonly reductionFactor: number;
  readonly activation: string;
  readonly dropout: number;
  readonly start: "bert" | "mam_adapter";
  /** Reduction factor of the invertible adapter's networks; null without one. */
  readonly invertibleReductionFactor: number | null;
}

/** Version of the adapters library that defines this format. */
export const LIBRARY_FORMAT = "adapters.1.3.0";

/** Parses the form values of a bottleneck method. Errors name the field. */
export function readBottleneckOptions(
  { fields, invertible }: BottleneckKind,
  values: FieldValues,
): BottleneckOptions {
  const reader = new OptionReader(fields, values);
  return {
    reductionFactor: reader.number("reduction_factor"),
    activation: reader.text("non_linearity"),
    dropout: reader.number("dropout"),
    start: reader.text("init_weights") === "mam_adapter" ? "mam_adapter" : "bert",
    invertibleReductionFactor: invertible ? reader.number("inv_adapter_reduction_factor") : null,
  };
}

/** Library settings implied by the kind; the rest keep the library's defaults. */
function settings({ sublayers, includesResidual, invertible }: BottleneckKind): Record<string, unknown> {
  return {
    mh_adapter: sublayers.includes("attention"),
    output_adapter: true,
    original_ln_before: includesResidual,
    original_ln_after: true,
    residual_before_ln: true,
    adapter_residual_before_ln: false,
    ln_before: false,
    ln_after: false,
    is_parallel: false,
    use_gating: false,
    phm_layer: false,
    cross_adapter: false,
    inv_adapter: invertible ? "nice" : null,
    leave_out: [],
  };
}

/** The library's adapter_config.json for an adapter called `name`. */
export function libraryConfig(
  kind: BottleneckKind,
  { reductionFactor, activation, dropout, start, invertibleReductionFactor }: BottleneckOptions,
  { family, hiddenSize }: ModelSpec,
  name = ADAPTER_NAME,
): Record<string, unknown> {
  return {
    config: {
      ...settings(kind),
      reduction_factor: reductionFactor,
      non_linearity: activation,
      dropout,
      init_weights: start,
      ...(invertibleReductionFactor !== null && { inv_adapter_reduction_factor: invertibleReductionFactor }),
    },
    hidden_size: hiddenSize,
    model_type: family,
    name,
    version: LIBRARY_FORMAT,
  };
}

/** Whether an adapter_config.json is the library's, of the given kind. */
export function isLibraryConfig(
  { sublayers, invertible }: BottleneckKind,
  { config }: Readonly<Record<string, unknown>>,
): boolean {
  if (!isRecord(config)) return false;
  const isInvertible = (config.inv_adapter ?? null) !== null;
  return config.mh_adapter === sublayers.includes("attention") && isInvertible === invertible;
}

/** BnConfig keys that map to options here. */
const savedBottleneck = {
  reduction_factor: v.number(),
  non_linearity: v.string(),
  dropout: savedProbability,
  init_weights: v.nullish(v.string(), "bert"),
  inv_adapter_reduction_factor: v.nullish(v.number(), 2),
};

/** Form values from the library's adapter_config.json. Errors: a setting that does not match the kind. */
export function readLibraryConfig(
  kind: BottleneckKind,
  file: Readonly<Record<string, unknown>>,
): FieldValues {
  const { config } = readSaved({ config: recordOf(v.unknown()) }, file);
  const allowed = Object.entries(settings(kind)).map(([key, value]) => [key, [value]] as const);
  // refuseUnless compares with ===, so a list is compared by emptiness.
  const leftOut = Array.isArray(config.leave_out) && config.leave_out.length > 0;
  refuseUnless(config, Object.fromEntries(allowed.filter(([key]) => key !== "leave_out" || leftOut)));
  refuseUnless(config, { scaling: [1], architecture: [null] });
  const { config: saved } = readSaved({ config: v.object(savedBottleneck) }, file);
  const { inv_adapter_reduction_factor: inverse, ...options } = saved;
  const start = options.init_weights === "mam_adapter" ? "mam_adapter" : "bert";
  return {
    ...options,
    init_weights: start,
    ...(kind.invertible && { inv_adapter_reduction_factor: inverse }),
  };
}

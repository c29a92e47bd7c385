import * as v from "valibot";
import { isRecord } from "../../../lib/json";
import { recordOf } from "../../../lib/schema";
import type { Field, FieldValues } from "../../../shared/fields";
import type { FolderFormat } from "../../../shared/folder-format";
import type { ModelSpec, SublayerName } from "../../nn/model-spec";
import { ADAPTER_NAME } from "./bottleneck-layers";
import { refuseUnless } from "../common/config-check";
import { OptionReader } from "../common/option-reader";
import { readSaved, savedShare } from "../common/saved-options";

/** What tells the bottleneck methods apart. */
export interface BottleneckKind {
  readonly fields: readonly Field[];
  /** The sub-layers that get one. */
  readonly places: readonly SublayerName[];
  /** Whether it reads the sub-layer's output with the residual stream added, or alone. */
  readonly readsSum: boolean;
  /** Whether an invertible adapter stands after the embeddings, and its inverse before the head. */
  readonly invertible: boolean;
}

/** How the adapters library takes hold of a family: by classes that it has for it, or by hooks in transformers' own. */
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

/** Where hooks do what otherwise heads of the library's own do. */
const HOOKED: Partial<Record<FolderFormat, FolderFormat>> = {
  "adapters-heads": "adapters",
  "adapters-stack": "adapters-stack-plain",
};

/**
 * Who reads an exported folder of that format on a model: the library, where it knows the family or can be told of it. The
 * studio's alone is what reads the sum through a norm (Gemma), as the library's hooks give all blocks the last one's; and of
 * OPT what is fused, as its feed-forward layers see no texts but tokens, or stands behind positions, which no module adds.
 */
export function libraryFormat(
  format: FolderFormat,
  { readsSum }: BottleneckKind,
  { family, blocks }: ModelSpec,
): FolderFormat {
  const way = LIBRARY[family];
  const readsThroughNorm = readsSum && blocks.some(({ outputNorms }) => outputNorms);
  if (!way || readsThroughNorm || (family === "opt" && format !== "adapters")) return "luthier";
  return way === "hooks" ? (HOOKED[format] ?? format) : format;
}

/** A bottleneck's options, read from its form. */
export interface BottleneckOptions {
  readonly reductionFactor: number;
  readonly activation: string;
  readonly dropout: number;
  readonly start: "bert" | "mam_adapter";
  /** What divides a half's width within the invertible adapter; null without one. */
  readonly inverseFactor: number | null;
}

/** The version of the adapters library whose format this is. */
export const LIBRARY_FORMAT = "adapters.1.3.0";

/** Reads the values of a bottleneck's form. Errors stand at the field. */
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
    inverseFactor: invertible ? reader.number("inv_adapter_reduction_factor") : null,
  };
}

/** The settings of the library that a kind stands for; all others are the library's defaults. */
function settings({ places, readsSum, invertible }: BottleneckKind): Record<string, unknown> {
  return {
    mh_adapter: places.includes("attention"),
    output_adapter: true,
    original_ln_before: readsSum,
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

/** The library's adapter_config.json of an adapter of that name. */
export function libraryConfig(
  kind: BottleneckKind,
  { reductionFactor, activation, dropout, start, inverseFactor }: BottleneckOptions,
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
      ...(inverseFactor !== null && { inv_adapter_reduction_factor: inverseFactor }),
    },
    hidden_size: hiddenSize,
    model_type: family,
    name,
    version: LIBRARY_FORMAT,
  };
}

/** Whether an adapter_config.json is one of the library's, of that kind. */
export function isLibraryConfig(
  { places, invertible }: BottleneckKind,
  { config }: Readonly<Record<string, unknown>>,
): boolean {
  if (!isRecord(config)) return false;
  const isInvertible = (config.inv_adapter ?? null) !== null;
  return config.mh_adapter === places.includes("attention") && isInvertible === invertible;
}

/** What the library's BnConfig leaves to choose here. */
const savedBottleneck = {
  reduction_factor: v.number(),
  non_linearity: v.string(),
  dropout: savedShare,
  init_weights: v.nullish(v.string(), "bert"),
  inv_adapter_reduction_factor: v.nullish(v.number(), 2),
};

/** A form's values from the library's adapter_config.json. Errors: a setting that is not the kind's. */
export function readLibraryConfig(
  kind: BottleneckKind,
  file: Readonly<Record<string, unknown>>,
): FieldValues {
  const { config } = readSaved({ config: recordOf(v.unknown()) }, file);
  const allowed = Object.entries(settings(kind)).map(([key, value]) => [key, [value]] as const);
  // Lists are compared by what stands in them.
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

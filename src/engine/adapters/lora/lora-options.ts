import * as v from "valibot";
import type { FieldValues } from "../../../shared/fields";
import { loraFields } from "../../../shared/methods/lora";
import {
  type ModelSpec,
  embeddingTables,
  headLayer,
  linearLayers,
  type LinearSpec,
  type TableSpec,
} from "../../nn/model-spec";
import { LuthierError } from "../../../lib/errors";
import { definePeftConfig } from "../common/peft-config";
import { OptionReader, optionError } from "../common/option-reader";
import { isCoveredBySaved } from "./saved-modules";
import {
  layersPatternText,
  patternText,
  savedLayers,
  savedLayersPattern,
  savedModules,
  savedPattern,
  savedProbability,
  savedInit,
  savedFlag,
  savedTargets,
} from "../common/saved-options";
import { taskType } from "../common/task-type";
import {
  formatTargets,
  matchTargets,
  parseLayersPattern,
  parseTargets,
  type TargetModules,
} from "../common/targets";

export type BiasOption = "none" | "lora_only" | "all";

/** Initialisation of lora_A and lora_B. */
export type LoraInit = "true" | "gaussian" | "pissa" | "olora";

/**
 * Whether the initial update is subtracted from the base weights, so that training starts exactly at the base model.
 */
export function subtractsInit({ init }: Pick<LoraOptions, "init">): boolean {
  return init === "pissa" || init === "olora";
}

/** Supported options of LoraConfig. */
export interface LoraOptions {
  readonly r: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly targets: TargetModules;
  readonly excluded: TargetModules | null;
  readonly bias: BiasOption;
  readonly loraBias: boolean;
  readonly rslora: boolean;
  readonly dora: boolean;
  readonly init: LoraInit;
  /** Learning rate of B relative to A (LoRA+). */
  readonly learningRateRatio: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly layersToTransform: readonly number[] | null;
  readonly layersPattern: readonly string[] | null;
  /** Modules that train in full. */
  readonly modulesToSave: readonly string[];
}

/** Modules with a low-rank update. */
export interface LoraTargets {
  readonly layers: readonly LinearSpec[];
  readonly tables: readonly TableSpec[];
  readonly head: LinearSpec | null;
}

/** Parses form values. Errors name the field. */
export function readLoraOptions(values: FieldValues, model: ModelSpec): LoraOptions {
  const reader = new OptionReader(loraFields, values);
  return {
    r: reader.number("r"),
    alpha: reader.number("lora_alpha"),
    dropout: reader.number("lora_dropout"),
    targets: parseTargets(reader.text("target_modules")) ?? model.loraTargets,
    excluded: parseTargets(reader.text("exclude_modules"), "exclude_modules"),
    bias: reader.text("bias") as BiasOption,
    loraBias: reader.boolean("lora_bias"),
    rslora: reader.boolean("use_rslora"),
    dora: reader.boolean("use_dora"),
    init: reader.text("init_lora_weights") as LoraInit,
    learningRateRatio: reader.number("loraplus_lr_ratio"),
    rankPattern: reader.patterns("rank_pattern", (rank) => Number.isInteger(rank) && rank > 0),
    alphaPattern: reader.patterns("alpha_pattern", (alpha) => alpha > 0),
    layersToTransform: reader.integers("layers_to_transform"),
    layersPattern: parseLayersPattern(reader),
    modulesToSave: readModuleNames(reader.text("modules_to_save")),
  };
}

function readModuleNames(text: string): string[] {
  if (/^[\w.\-\s,]*$/.test(text)) return text.split(/[\s,]+/).filter(Boolean);
  throw optionError("modules_to_save", { code: "config/module-names", text });
}

/**
 * Modules with a low-rank update: linear layers and, if named explicitly, embedding tables and the head, which
 * all-linear excludes. Skips modules covered by modules_to_save.
 */
export function loraTargets(options: LoraOptions, model: ModelSpec): LoraTargets {
  const layers = linearLayers(model);
  const { tables, head } = embeddingsAndHead(model);
  const named = options.targets === "all-linear" ? layers : [...tables, ...layers, head];
  const free = named.filter(({ path }) => !isCoveredBySaved(options.modulesToSave, path));
  const chosen = new Set<unknown>(matchTargets(options, free));
  return {
    layers: layers.filter((layer) => chosen.has(layer)),
    tables: tables.filter((table) => chosen.has(table)),
    head: chosen.has(head) ? head : null,
  };
}

/** Embedding tables and head that can have a low-rank update. */
export function embeddingsAndHead(model: ModelSpec): {
  readonly tables: readonly TableSpec[];
  readonly head: LinearSpec;
} {
  const tables = embeddingTables(model).filter(({ path }) => isLookedUp(path, model));
  return { tables, head: headLayer(model) };
}

/**
 * The token embedding, and learned positions indexed directly. OPT's positions are computed from the attention mask,
 * which PEFT would use as ids. With an encoder, the shared embedding appears as one module per stack.
 */
function isLookedUp(path: string, { embedTokens, positions, encoder }: ModelSpec): boolean {
  if (encoder) return false;
  return path === embedTokens || (positions.type === "learned" && positions.offset === 0);
}

/**
 * adapter_config.json with the keys PEFT has had since 0.9, and those of enabled options. PiSSA and OLoRA are saved as
 * a plain LoRA of twice the rank and the same scale.
 */
export function loraConfig(trained: LoraOptions, model: ModelSpec): Record<string, unknown> {
  const options = subtractsInit(trained) ? doubled(trained) : trained;
  // fan_in_fan_out is one flag for all targets, which PEFT corrects per layer with a warning.
  const conv1d = linearLayers(model).some((layer) => layer.conv1d) && !loraTargets(options, model).head;
  return {
    peft_type: "LORA",
    task_type: taskType(model),
    r: options.r,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    target_modules: savedTargets(options.targets, model),
    ...(options.excluded ? { exclude_modules: options.excluded } : {}),
    bias: options.bias,
    ...(options.loraBias ? { lora_bias: true } : {}),
    fan_in_fan_out: conv1d,
    modules_to_save: options.modulesToSave.length > 0 ? options.modulesToSave : null,
    init_lora_weights: options.init === "gaussian" ? "gaussian" : true,
    use_rslora: options.rslora,
    use_dora: options.dora,
    rank_pattern: options.rankPattern,
    alpha_pattern: options.alphaPattern,
    layers_to_transform: options.layersToTransform,
    layers_pattern: options.layersPattern,
  };
}

/** Twice the rank at the same scale (alpha / r or alpha / √r). */
function doubled(options: LoraOptions): LoraOptions {
  const times = (factor: number, pattern: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(pattern).map(([key, value]) => [key, factor * value]));
  const alphaFactor = options.rslora ? Math.SQRT2 : 2;
  return {
    ...options,
    r: 2 * options.r,
    alpha: alphaFactor * options.alpha,
    rankPattern: times(2, options.rankPattern),
    alphaPattern: times(alphaFactor, options.alphaPattern),
  };
}

export const savedLora = definePeftConfig({
  className: "LoraConfig",
  used: {
    r: v.nullish(v.number(), 8),
    lora_alpha: v.nullish(v.number(), 8),
    lora_dropout: savedProbability,
    target_modules: savedModules,
    exclude_modules: savedModules,
    bias: v.nullish(v.string(), "none"),
    lora_bias: savedFlag,
    use_rslora: savedFlag,
    use_dora: savedFlag,
    init_lora_weights: savedInit,
    rank_pattern: savedPattern,
    alpha_pattern: savedPattern,
    layers_to_transform: savedLayers,
    layers_pattern: savedLayersPattern,
    modules_to_save: savedModules,
  },
  noEffect: {
    start: ["corda_config", "eva_config", "loftq_config", "lora_ga_config"],
    "from-model": ["fan_in_fan_out"],
    "with-another": ["megatron_core", "qalora_group_size"],
  },
  refused: {
    alora_invocation_tokens: [],
    arrow_config: [],
    ensure_weight_tying: [],
    kasa_config: [],
    layer_replication: [],
    megatron_config: [],
    monteclora_config: [],
    target_parameters: [],
    trainable_token_indices: [],
    use_bdlora: [],
    use_qalora: [],
    velora_config: [],
  },
});

/** Initialisations in saved configs, and what they imply for the base weights. */
export const LORA_INITS: Readonly<Record<string, LoraInit | "changed-base">> = {
  // The base is unchanged, so the saved tensors suffice.
  eva: "true",
  mica: "true",
  orthogonal: "true",
  gaussian: "gaussian",
  // PEFT subtracts a decomposition of the base again when it loads the file.
  pissa: "pissa",
  olora: "olora",
  // The base is changed in ways the file does not record: by calibration data or quantisation error.
  corda: "changed-base",
  loftq: "changed-base",
  lora_ga: "changed-base",
  milora: "changed-base",
};

/** What a saved initialisation implies for the base. Errors: it changed the base irreproducibly, or is unknown. */
function readInit(saved: boolean | string): LoraInit {
  if (typeof saved === "boolean") return "true";
  // pissa_niter_N approximates pissa's singular values; corda's suffix is its variant.
  const name = saved.toLowerCase().replace(/^(?:(pissa)_niter_\d+|(corda).*)$/, "$1$2");
  const start = Object.hasOwn(LORA_INITS, name) ? LORA_INITS[name] : undefined;
  if (start && start !== "changed-base") return start;
  const code = start ? "adapter/changed-base" : "adapter/unknown-start";
  throw new LuthierError({ code, start: saved });
}

/** Options from an adapter_config.json. Errors: an unsupported setting. */
export function readLoraConfig(config: Readonly<Record<string, unknown>>): FieldValues {
  const { layers_to_transform: layers, modules_to_save: modules, ...saved } = savedLora.read(config);
  return {
    ...saved,
    target_modules: formatTargets(saved.target_modules),
    exclude_modules: formatTargets(saved.exclude_modules),
    init_lora_weights: readInit(saved.init_lora_weights),
    rank_pattern: patternText(saved.rank_pattern),
    alpha_pattern: patternText(saved.alpha_pattern),
    layers_to_transform: [layers].flat().join(", "),
    layers_pattern: layersPatternText(saved.layers_pattern),
    modules_to_save: [modules].flat().join(", "),
  };
}

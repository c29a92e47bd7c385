import type { FieldValues } from "../../spec/fields";
import { loraFields } from "../../spec/methods/lora";
import { type DecoderSpec, linearLayers, type LinearSpec } from "../models/decoder-spec";
import { refuseUnless } from "./config-check";
import { OptionReader } from "./option-reader";
import { patternText, savedTargets, targetsText } from "./saved-options";
import { matchTargets, parseTargets, type TargetModules } from "./targets";

export type BiasOption = "none" | "lora_only" | "all";

/** How lora_A and lora_B start. */
export type LoraInit = "true" | "gaussian" | "pissa";

/** LoraConfig as the studio reads it. */
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
  /** Learning rate of B over that of A (LoRA+). */
  readonly learningRateRatio: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly layersToTransform: readonly number[] | null;
}

/** Options from a form's values. Errors stand at their fields. */
export function readLoraOptions(values: FieldValues, model: DecoderSpec): LoraOptions {
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
  };
}

/** The layers that get an update. */
export function loraTargets(options: LoraOptions, model: DecoderSpec): LinearSpec[] {
  return matchTargets(options, linearLayers(model));
}

/**
 * adapter_config.json, with the keys that PEFT has had since 0.9 and those of the options that are used. What started
 * with PiSSA is saved as a plain LoRA of twice the rank and the same scale.
 */
export function loraConfig(trained: LoraOptions, model: DecoderSpec): Record<string, unknown> {
  const options = trained.init === "pissa" ? doubled(trained) : trained;
  const conv1d = linearLayers(model).some((layer) => layer.conv1d);
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    r: options.r,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    target_modules: savedTargets(options.targets, model),
    ...(options.excluded ? { exclude_modules: options.excluded } : {}),
    bias: options.bias,
    ...(options.loraBias ? { lora_bias: true } : {}),
    fan_in_fan_out: conv1d,
    modules_to_save: null,
    init_lora_weights: options.init === "gaussian" ? "gaussian" : true,
    use_rslora: options.rslora,
    use_dora: options.dora,
    rank_pattern: options.rankPattern,
    alpha_pattern: options.alphaPattern,
    layers_to_transform: options.layersToTransform,
    layers_pattern: null,
  };
}

/** The same updates at twice the rank: alpha / r stays, or alpha / √r. */
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

/** Options from an adapter_config.json. Errors: a setting the studio does not have. */
export function readLoraConfig(config: Readonly<Record<string, unknown>>): FieldValues {
  refuseUnless(config, {
    use_qalora: [false],
    modules_to_save: [null],
    trainable_token_indices: [null],
    target_parameters: [null],
    layer_replication: [null],
  });
  return {
    r: config.r as number,
    lora_alpha: config.lora_alpha as number,
    lora_dropout: (config.lora_dropout ?? 0) as number,
    target_modules: targetsText(config.target_modules),
    exclude_modules: targetsText(config.exclude_modules),
    bias: (config.bias ?? "none") as string,
    lora_bias: config.lora_bias === true,
    use_rslora: config.use_rslora === true,
    use_dora: config.use_dora === true,
    init_lora_weights: config.init_lora_weights === "gaussian" ? "gaussian" : "true",
    rank_pattern: patternText(config.rank_pattern),
    alpha_pattern: patternText(config.alpha_pattern),
    layers_to_transform: [config.layers_to_transform ?? []].flat().join(", "),
  };
}

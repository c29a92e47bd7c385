import type { Adapter } from "../../engine/adapters/common/method";
import type { TrainerGap } from "../../shared/exports";
import type { RunConfig } from "../../shared/training";
import { isLora } from "../lora-updates";

/** A LoRA in the words that all trainers share. */
export interface LoraFacts {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Names or paths of modules. */
  readonly targets: readonly string[];
  readonly modulesToSave: readonly string[];
  readonly rslora: boolean;
  readonly dora: boolean;
  /** PEFT's init_lora_weights. */
  readonly start: "default" | "pissa" | "olora" | "other";
  /** LoRA+; 1: none. */
  readonly rateRatio: number;
  readonly ranks: Readonly<Record<string, number>>;
  readonly alphas: Readonly<Record<string, number>>;
  readonly hasBiases: boolean;
}

/** The LoRA of a run; null for other methods. */
export function loraFacts(adapter: Adapter, config: Pick<RunConfig, "method">): LoraFacts | null {
  if (!isLora(adapter) || config.method.id !== "lora") return null;
  const values = adapter.config;
  const ratio = config.method.options.loraplus_lr_ratio;
  return {
    rank: numberOf(values.r, 8),
    alpha: numberOf(values.lora_alpha, 8),
    dropout: numberOf(values.lora_dropout, 0),
    targets: targetsOf(adapter),
    modulesToSave: Array.isArray(values.modules_to_save) ? values.modules_to_save.map(String) : [],
    rslora: values.use_rslora === true,
    dora: values.use_dora === true,
    start: startOf(values.init_lora_weights),
    rateRatio: numberOf(ratio, 1),
    ranks: numbersOf(values.rank_pattern),
    alphas: numbersOf(values.alpha_pattern),
    hasBiases: (values.bias ?? "none") !== "none" || values.lora_bias === true,
  };
}

/** Which parts of a LoRA a trainer leaves out. */
export function loraGaps(
  facts: LoraFacts,
  has: { readonly starts: readonly LoraFacts["start"][]; readonly patterns: boolean; readonly plus: boolean },
): TrainerGap[] {
  const found: [TrainerGap, boolean][] = [
    ["lora-start", facts.start !== "default" && !has.starts.includes(facts.start)],
    ["rank-patterns", !has.patterns && Object.keys({ ...facts.ranks, ...facts.alphas }).length > 0],
    ["biases", facts.hasBiases],
    ["adapter-plus", !has.plus && facts.rateRatio !== 1],
  ];
  return found.filter(([, applies]) => applies).map(([gap]) => gap);
}

/** Names of the modules, or their paths where the configuration selects them by a pattern or by layer. */
function targetsOf({ config, parameters }: Adapter): string[] {
  const { target_modules: named, layers_to_transform: layers } = config;
  if (Array.isArray(named) && (layers ?? null) === null) return named.map(String);
  const paths = parameters.flatMap(({ name }) => {
    const match = /^base_model\.model\.(.+)\.(?:lora_A\.weight|lora_embedding_A)$/.exec(name);
    return match?.[1] ?? [];
  });
  return [...new Set(paths)];
}

function startOf(value: unknown): LoraFacts["start"] {
  if (value === undefined || value === null || value === true) return "default";
  return value === "pissa" || value === "olora" ? value : "other";
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function numbersOf(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (typeof each === "number" ? [[key, each]] : [])),
  );
}

import { adamDefaults } from "../../engine/train/trainer";
import type { Adapter } from "../../engine/adapters/common/method";
import { defaultValues } from "../../shared/fields";
import { type ObjectiveChoice, type ObjectiveId, objectiveSpecs } from "../../shared/objectives";
import type { Schedule } from "../../shared/training";
import type { ModelSpec } from "../../engine/nn/model-spec";
import type { ExportSource } from "../entry";
import { folderFormat } from "../peft";
import type { TrainingRun } from "../training-run";

/** How TRL computes an objective: one of our classes around its trainers, and the name of the loss there. */
const losses: Readonly<
  Record<ObjectiveId, { readonly trainer: "dpo" | "kto" | "cpo" | "orpo"; readonly loss: string }>
> = {
  dpo: { trainer: "dpo", loss: "sigmoid" },
  hinge: { trainer: "dpo", loss: "hinge" },
  robust: { trainer: "dpo", loss: "robust" },
  ipo: { trainer: "dpo", loss: "ipo" },
  simpo: { trainer: "cpo", loss: "simpo" },
  cpo: { trainer: "cpo", loss: "sigmoid" },
  orpo: { trainer: "orpo", loss: "orpo" },
  kto: { trainer: "kto", loss: "kto" },
};

/** Whether TRL has the loss of an objective for models of this kind. */
export function hasObjective(id: ObjectiveId, { encoder }: Pick<ModelSpec, "encoder">): boolean {
  return !encoder || ["cpo", "orpo"].includes(losses[id].trainer);
}

/** transformers' names of schedules, which all warm up first. */
export const schedules: Readonly<Record<Schedule, string>> = {
  linear: "linear",
  cosine: "cosine",
  constant: "constant_with_warmup",
};

/** Suffixes of the starting factors of PiSSA and OLoRA, which stay subtracted from the weight. */
const isStartFactor = (name: string): boolean => /\.pissa_[AB]$/.test(name);

/** Library that makes what trains: PEFT, or none where weights of the model itself train. */
export function trainingLibrary(adapter: Adapter): "peft" | "transformers" | null {
  if (adapter.selection || adapter.penalty || adapter.experts) return null;
  // The script halves rank and alpha of an exported start, which is not the same scale under these options.
  const { use_rslora: rslora, rank_pattern: ranks, alpha_pattern: alphas } = adapter.config;
  const isScaled = rslora === true || Object.keys({ ...(ranks ?? {}), ...(alphas ?? {}) }).length > 0;
  if (isScaled && adapter.parameters.some(({ name }) => isStartFactor(name))) return null;
  const format = folderFormat(adapter);
  if (format === "peft") return "peft";
  return format === "weights" ? "transformers" : null;
}

/** What train.py reads of a run besides its data. */
export function runFile(source: ExportSource, run: TrainingRun): Readonly<Record<string, unknown>> {
  const { training, adapter } = run;
  const { model, base } = source;
  return {
    format: "luthier-script",
    version: 1,
    model: {
      title: base.title,
      name: base.repository,
      commit: base.commit,
      auto_class: base.autoModel,
      decoder_start: model.spec.encoder?.startId ?? null,
      double_quantization: [...model.tensors.values()].some(({ dtype }) => dtype.includes("DOUBLE")),
    },
    adapter: {
      method: run.config.method.id,
      library: trainingLibrary(adapter),
      virtual_tokens: adapter.promptLength,
      subtracts_start: adapter.parameters.some(({ name }) => isStartFactor(name)),
      learning_rate_factors: Object.fromEntries(
        adapter.parameters.flatMap(({ name, learningRateFactor = 1 }) =>
          learningRateFactor === 1 ? [] : [[name, learningRateFactor]],
        ),
      ),
    },
    objective: run.config.objective ? objectiveOf(run.config.objective, run) : null,
    training: {
      total_steps: run.totalSteps,
      batch_size: training.batchSize,
      gradient_accumulation: training.gradientAccumulation,
      learning_rate: training.learningRate,
      schedule: schedules[training.schedule],
      warmup_steps: run.warmupSteps,
      betas: [adamDefaults.beta1, adamDefaults.beta2],
      epsilon: adamDefaults.epsilon,
      weight_decay: training.weightDecay,
      max_grad_norm: training.maxGradNorm,
      seed: training.seed,
      base_dropout: training.baseModelDropout === true,
      gradient_checkpointing: training.gradientCheckpointing,
      eval_steps: run.validationInterval,
      load_best_at_end: training.loadBestModelAtEnd,
      early_stopping_patience: training.earlyStoppingPatience,
    },
    page: { steps: source.run?.steps ?? 0, losses: run.losses },
  };
}

function objectiveOf({ id, options }: ObjectiveChoice, { config }: TrainingRun): unknown {
  const { fields, usesReference } = objectiveSpecs[id];
  const absent = { label_smoothing: 0, sft_weight: 0, cpo_alpha: 0, simpo_gamma: 0 };
  // A run that continues an adapter is compared with that adapter, others with the base model.
  const reference = config.continueFrom === null ? "base" : "start";
  return {
    id,
    ...losses[id],
    reference: usesReference ? reference : null,
    ...absent,
    ...defaultValues(fields),
    ...options,
  };
}

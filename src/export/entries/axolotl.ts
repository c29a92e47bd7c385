import { defined } from "../../lib/invariant";
import type { TrainerGap } from "../../shared/exports";
import type { ObjectiveId } from "../../shared/objectives";
import { trainerYaml } from "../elsewhere/trainer-yaml";
import { loraFacts, loraGaps } from "../elsewhere/lora-facts";
import { rowFiles, trainedLines } from "../elsewhere/row-files";
import { trainerReadme } from "../elsewhere/readme";
import { baseName, BASE_PLACEHOLDER, loopGaps, trainerBlocker } from "../elsewhere/trainer-source";
import type { ExportEntry, ExportSource } from "../entry";
import { schedules } from "../script/run-file";
import { textFile } from "../streamed-file";
import type { TrainingRun } from "../training-run";

/** Axolotl's trainers and losses by objective; the losses are TRL's. */
const trainers: Readonly<Partial<Record<ObjectiveId, { readonly rl: string; readonly loss?: string }>>> = {
  dpo: { rl: "dpo", loss: "sigmoid" },
  hinge: { rl: "dpo", loss: "hinge" },
  robust: { rl: "dpo", loss: "robust" },
  ipo: { rl: "dpo", loss: "ipo" },
  simpo: { rl: "simpo" },
};

/** A run for Axolotl, which takes rows that are tokenized and masked already; pairs as rendered text. */
export const axolotlEntry: ExportEntry = {
  id: "axolotl",
  kind: "folder",
  readers: () => ["Axolotl"],
  blocker: (source) =>
    trainerBlocker(source, "Axolotl", Object.keys(trainers) as ObjectiveId[], ["lora", "full"]),
  types: () => [null],
  notes: () => [],
  sizeBytes: ({ training }) => 4 * (training?.dataBytes ?? 0) + 4000,
  async files(source) {
    const run = await defined(source.training, "a run").load();
    return [
      textFile("train.yaml", trainerYaml(configuration(source, run))),
      ...(await rowFiles(run, trainedLines(source.tokenizer, run))),
      textFile("README.md", readme(source)),
    ];
  },
  usage: (_source, name) => ({ language: "shell", code: `cd path/to/${name}\naxolotl train train.yaml` }),
  gaps: ownGaps,
};

function ownGaps(source: ExportSource): TrainerGap[] {
  const { run, adapter } = source;
  const lora = run && loraFacts(adapter, run.config);
  const parts = lora ? loraGaps(lora, { starts: ["pissa", "olora"], patterns: true, plus: true }) : [];
  const again = run?.config.objective ? (["tokenized-again"] as const) : [];
  return [...again, ...loopGaps(source), ...parts];
}

/** train.yaml, under the keys of Axolotl's schema. */
function configuration(source: ExportSource, run: TrainingRun): Readonly<Record<string, unknown>> {
  const { training, config } = run;
  const validates = run.validation.rows.length > 0;
  const rows = (name: string): unknown => [
    {
      path: `data/${name}.jsonl`,
      ds_type: "json",
      split: "train",
      ...(config.objective ? { type: pairType } : {}),
    },
  ];
  return {
    base_model: baseName(source),
    ...adapterKeys(source, run),
    ...(config.objective ? preference(run) : {}),
    datasets: rows("train"),
    ...(validates ? { test_datasets: rows("validation") } : {}),
    sequence_len: training.maxLength,
    sample_packing: false,
    micro_batch_size: training.batchSize,
    gradient_accumulation_steps: training.gradientAccumulation,
    max_steps: run.totalSteps,
    optimizer: "adamw_torch",
    learning_rate: training.learningRate,
    lr_scheduler: schedules[training.schedule],
    warmup_steps: run.warmupSteps,
    weight_decay: training.weightDecay,
    max_grad_norm: training.maxGradNorm,
    gradient_checkpointing: training.gradientCheckpointing,
    seed: training.seed,
    bf16: false,
    fp16: false,
    tf32: false,
    output_dir: "trained",
    logging_steps: 1,
    ...(validates ? validation(run) : {}),
  };
}

/** Fields of the rows' JSON, taken as they are. */
const pairType = {
  field_prompt: "prompt",
  field_chosen: "chosen",
  field_rejected: "rejected",
  prompt_format: "{prompt}",
  chosen_format: "{chosen}",
  rejected_format: "{rejected}",
};

function adapterKeys(
  { adapter, model }: ExportSource,
  { config }: TrainingRun,
): Readonly<Record<string, unknown>> {
  const lora = loraFacts(adapter, config);
  if (!lora) return {};
  const kinds = [...model.tensors.values()].map(({ dtype }) => String(dtype));
  const fourBits = kinds.some((dtype) => dtype.startsWith("NF4"));
  return {
    adapter: fourBits ? "qlora" : "lora",
    ...(fourBits ? { load_in_4bit: true } : {}),
    lora_r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    lora_target_modules: lora.targets,
    ...(lora.modulesToSave.length > 0 ? { lora_modules_to_save: lora.modulesToSave } : {}),
    ...(Object.keys(lora.ranks).length > 0 ? { lora_rank_pattern: lora.ranks } : {}),
    ...(Object.keys(lora.alphas).length > 0 ? { lora_alpha_pattern: lora.alphas } : {}),
    ...(lora.rslora ? { peft_use_rslora: true } : {}),
    ...(lora.dora ? { peft_use_dora: true } : {}),
    ...(lora.start === "pissa" || lora.start === "olora" ? { peft_init_lora_weights: lora.start } : {}),
    ...(lora.rateRatio === 1 ? {} : { loraplus_lr_ratio: lora.rateRatio }),
  };
}

function preference({ config }: TrainingRun): Readonly<Record<string, unknown>> {
  const { id, options } = defined(config.objective ?? undefined, "an objective");
  const { rl, loss } = defined(trainers[id], "a trainer");
  if (loss === undefined)
    return { rl, rl_beta: options.beta, simpo_gamma: options.simpo_gamma, cpo_alpha: options.cpo_alpha ?? 0 };
  const weight = Number(options.sft_weight ?? 0);
  return {
    rl,
    rl_beta: options.beta,
    dpo_loss_type: weight > 0 ? [loss, "sft"] : [loss],
    ...(weight > 0 ? { dpo_loss_weights: [1, weight] } : {}),
    ...(id === "robust" ? { dpo_label_smoothing: options.label_smoothing } : {}),
  };
}

function validation({ training, validationInterval }: TrainingRun): Readonly<Record<string, unknown>> {
  const { loadBestModelAtEnd, earlyStoppingPatience } = training;
  const keeps = loadBestModelAtEnd || earlyStoppingPatience > 0;
  return {
    eval_strategy: "steps",
    eval_steps: validationInterval,
    save_strategy: keeps ? "steps" : "no",
    ...(keeps
      ? {
          save_steps: validationInterval,
          save_total_limit: 2,
          load_best_model_at_end: loadBestModelAtEnd,
          metric_for_best_model: "eval_loss",
          greater_is_better: false,
        }
      : {}),
    ...(earlyStoppingPatience > 0 ? { early_stopping_patience: earlyStoppingPatience } : {}),
  };
}

function readme(source: ExportSource): string {
  const pairs = Boolean(source.run?.config.objective);
  return trainerReadme({
    tool: "Axolotl",
    what: `Made for Axolotl 0.19. ${pairs ? "The rows are text under the run's own template." : "The rows are tokenized and masked as in the run, so no template is set."}`,
    commands: ["axolotl train train.yaml"],
    needsBase: baseName(source) === BASE_PLACEHOLDER,
    gaps: ownGaps(source),
  });
}

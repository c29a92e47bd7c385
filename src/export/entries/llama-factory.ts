import { defined } from "../../lib/invariant";
import type { ObjectiveId } from "../../shared/objectives";
import type { TrainerGap } from "../../shared/exports";
import { trainerYaml } from "../elsewhere/trainer-yaml";
import { loraFacts, loraGaps } from "../elsewhere/lora-facts";
import { rowFiles, rowSets } from "../elsewhere/row-files";
import { trainerReadme } from "../elsewhere/readme";
import { piecesOf, pieceText, rowsTokenizedDifferently } from "../elsewhere/token-rows";
import { baseName, BASE_PLACEHOLDER, loopGaps, trainerBlocker } from "../elsewhere/trainer-source";
import type { ExportEntry, ExportSource } from "../entry";
import { schedules } from "../script/run-file";
import { jsonFile, textFile } from "../streamed-file";
import type { NumberedSet, TrainingRun } from "../training-run";

/** LLaMA-Factory's names of losses on pairs. */
const losses: Readonly<Partial<Record<ObjectiveId, string>>> = {
  dpo: "sigmoid",
  hinge: "hinge",
  ipo: "ipo",
  simpo: "simpo",
};

/**
 * A run for LLaMA-Factory. Its templates differ from the run's, so rows are given as text that is rendered already, cut
 * where learning starts and ends, under its template `empty`, which adds nothing.
 */
export const llamaFactoryEntry: ExportEntry = {
  id: "llama-factory",
  kind: "folder",
  readers: () => ["LLaMA-Factory"],
  blocker: (source) =>
    trainerBlocker(source, "LLaMA-Factory", Object.keys(losses) as ObjectiveId[], ["lora", "full"]),
  types: () => [null],
  notes: () => [],
  sizeBytes: ({ training }) => 2 * (training?.dataBytes ?? 0) + 4000,
  async files(source) {
    const run = await defined(source.training, "a run").load();
    return [
      textFile("train.yaml", trainerYaml(configuration(source, run))),
      jsonFile("data/dataset_info.json", datasetInfo(run, Object.keys(rowSets(run)))),
      ...(await rowFiles(run, (set) => rowLines(source, set))),
      textFile("README.md", readme(source, run)),
    ];
  },
  usage: (_source, name) => ({
    language: "shell",
    code: `cd path/to/${name}\nllamafactory-cli train train.yaml`,
  }),
  gaps: ownGaps,
};

function ownGaps(source: ExportSource): TrainerGap[] {
  const { run, adapter } = source;
  const lora = run && loraFacts(adapter, run.config);
  const patterns = lora
    ? loraGaps(lora, { starts: ["pissa"], patterns: false, plus: true })
    : ([] as TrainerGap[]);
  const stops = (run?.config.training.earlyStoppingPatience ?? 0) > 0;
  const restores = run?.config.training.loadBestModelAtEnd === true;
  return [
    "tokenized-again",
    ...loopGaps(source),
    ...patterns,
    // Restoring needs a checkpoint at each validation, which it has; stopping early needs it too.
    ...(stops && !restores ? (["early-stopping"] as const) : []),
  ];
}

/** train.yaml, under the keys of LLaMA-Factory's arguments. */
function configuration(source: ExportSource, run: TrainingRun): Readonly<Record<string, unknown>> {
  const { training, config } = run;
  const { objective = null } = config;
  const validates = run.validation.rows.length > 0;
  return {
    model_name_or_path: baseName(source),
    stage: objective ? "dpo" : "sft",
    do_train: true,
    ...finetuning(source, run),
    ...(objective ? preference(run) : {}),
    dataset_dir: "data",
    dataset: "train",
    ...(validates ? { eval_dataset: "validation" } : {}),
    template: "empty",
    // Rows are cut already; those that become longer when they are tokenized again stay whole.
    cutoff_len: 2 * training.maxLength,
    per_device_train_batch_size: training.batchSize,
    per_device_eval_batch_size: training.batchSize,
    gradient_accumulation_steps: training.gradientAccumulation,
    learning_rate: training.learningRate,
    max_steps: run.totalSteps,
    lr_scheduler_type: schedules[training.schedule],
    warmup_steps: run.warmupSteps,
    weight_decay: training.weightDecay,
    max_grad_norm: training.maxGradNorm,
    optim: "adamw_torch",
    seed: training.seed,
    disable_gradient_checkpointing: !training.gradientCheckpointing,
    output_dir: "trained",
    logging_steps: 1,
    report_to: "none",
    ...(validates ? validation(run) : { save_strategy: "no" }),
  };
}

function finetuning(source: ExportSource, run: TrainingRun): Readonly<Record<string, unknown>> {
  const lora = loraFacts(source.adapter, run.config);
  if (!lora) return { finetuning_type: "full" };
  return {
    finetuning_type: "lora",
    lora_rank: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    lora_target: lora.targets.join(","),
    ...(lora.modulesToSave.length > 0 ? { additional_target: lora.modulesToSave.join(",") } : {}),
    ...(lora.rslora ? { use_rslora: true } : {}),
    ...(lora.dora ? { use_dora: true } : {}),
    // -1: by a whole decomposition, as in the run.
    ...(lora.start === "pissa" ? { pissa_init: true, pissa_iter: -1, pissa_convert: true } : {}),
    ...(lora.rateRatio === 1 ? {} : { loraplus_lr_ratio: lora.rateRatio }),
    ...fourBits(source),
  };
}

/** A base model that was loaded in NF4 is loaded so there. */
function fourBits({ model }: ExportSource): Readonly<Record<string, unknown>> {
  const kinds = [...model.tensors.values()].map(({ dtype }) => String(dtype));
  if (!kinds.some((dtype) => dtype.startsWith("NF4"))) return {};
  return {
    quantization_bit: 4,
    quantization_method: "bnb",
    quantization_type: "nf4",
    double_quantization: kinds.some((dtype) => dtype.includes("DOUBLE")),
  };
}

function preference({ config }: TrainingRun): Readonly<Record<string, unknown>> {
  const { id, options } = defined(config.objective ?? undefined, "an objective");
  return {
    pref_loss: losses[id],
    pref_beta: options.beta,
    ...(id === "simpo" ? { simpo_gamma: options.simpo_gamma } : { pref_ftx: options.sft_weight ?? 0 }),
  };
}

function validation({ training, validationInterval }: TrainingRun): Readonly<Record<string, unknown>> {
  const { loadBestModelAtEnd, earlyStoppingPatience } = training;
  return {
    eval_strategy: "steps",
    eval_steps: validationInterval,
    ...(loadBestModelAtEnd
      ? {
          save_strategy: "steps",
          save_steps: validationInterval,
          save_total_limit: 2,
          load_best_model_at_end: true,
          metric_for_best_model: "eval_loss",
          greater_is_better: false,
          ...(earlyStoppingPatience > 0 ? { early_stopping_steps: earlyStoppingPatience } : {}),
        }
      : { save_strategy: "no" }),
  };
}

/** data/dataset_info.json. */
function datasetInfo({ config }: TrainingRun, names: readonly string[]): Readonly<Record<string, unknown>> {
  const columns = config.objective
    ? { messages: "conversations", chosen: "chosen", rejected: "rejected" }
    : { messages: "conversations" };
  const shape = {
    formatting: "sharegpt",
    ...(config.objective ? { ranking: true } : {}),
    columns,
    tags: { role_tag: "from", content_tag: "value", user_tag: "human", assistant_tag: "gpt" },
  };
  return Object.fromEntries(names.map((name) => [name, { file_name: `${name}.jsonl`, ...shape }]));
}

function* rowLines({ tokenizer }: ExportSource, { rows }: NumberedSet): Generator<unknown> {
  for (const row of rows) {
    const turns = piecesOf(row).map((piece) => ({
      from: piece.learned ? "gpt" : "human",
      value: pieceText(tokenizer, piece),
    }));
    // A row that is learned from its first token on follows an empty question.
    const whole = turns[0]?.from === "gpt" ? [{ from: "human", value: "" }, ...turns] : turns;
    if (!row.rejected) {
      yield { conversations: whole };
      continue;
    }
    const rejected = piecesOf(row.rejected).filter(({ learned }) => learned);
    yield {
      conversations: whole.slice(0, -1),
      chosen: whole.at(-1),
      rejected: { from: "gpt", value: rejected.map((piece) => pieceText(tokenizer, piece)).join("") },
    };
  }
}

function readme(source: ExportSource, run: TrainingRun): string {
  const { train, validation } = run;
  const rows = [...train.rows, ...validation.rows];
  const different = rowsTokenizedDifferently(source.tokenizer, rows);
  return trainerReadme({
    tool: "LLaMA-Factory",
    what: "Made for LLaMA-Factory 0.9.5. The rows are text under the run's own template, cut where learning starts and ends, so the template is `empty`.",
    commands: ["llamafactory-cli train train.yaml"],
    needsBase: baseName(source) === BASE_PLACEHOLDER,
    gaps: ownGaps(source),
    remarks: [
      `Of ${rows.length} rows, ${different} have other tokens when their pieces are tokenized one by one.`,
    ],
  });
}

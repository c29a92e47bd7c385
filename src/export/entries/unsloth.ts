import { defined } from "../../lib/invariant";
import { pythonLiteral } from "../../lib/python-string";
import type { TrainerGap } from "../../shared/exports";
import type { ObjectiveId } from "../../shared/objectives";
import { gapList } from "../elsewhere/gaps";
import { type LoraFacts, loraFacts, loraGaps } from "../elsewhere/lora-facts";
import { rowFiles, trainedLines } from "../elsewhere/row-files";
import { baseName, BASE_PLACEHOLDER, loopGaps, trainerBlocker } from "../elsewhere/trainer-source";
import type { ExportEntry, ExportSource } from "../entry";
import { schedules } from "../script/run-file";
import { jsonFile } from "../streamed-file";
import type { TrainingRun } from "../training-run";

/** TRL's losses of its DPOTrainer, which Unsloth runs. */
const losses: Readonly<Partial<Record<ObjectiveId, string>>> = {
  dpo: "sigmoid",
  hinge: "hinge",
  robust: "robust",
  ipo: "ipo",
};

/** A notebook that trains the run with Unsloth. */
export const unslothEntry: ExportEntry = {
  id: "unsloth",
  kind: "folder",
  readers: () => ["Unsloth", "Jupyter", "Colab"],
  blocker: (source) => trainerBlocker(source, "Unsloth", Object.keys(losses) as ObjectiveId[], ["lora"]),
  types: () => [null],
  notes: () => [],
  sizeBytes: ({ training }) => 4 * (training?.dataBytes ?? 0) + 8000,
  async files(source) {
    const run = await defined(source.training, "a run").load();
    return [
      jsonFile("train.ipynb", notebook(source, run)),
      ...(await rowFiles(run, trainedLines(source.tokenizer, run))),
    ];
  },
  usage: (_source, name) => ({ language: "shell", code: `cd path/to/${name}\njupyter lab train.ipynb` }),
  gaps: ownGaps,
};

function ownGaps(source: ExportSource): TrainerGap[] {
  const { run, adapter } = source;
  const lora = run && loraFacts(adapter, run.config);
  const parts = lora ? loraGaps(lora, { starts: ["pissa", "olora"], patterns: false, plus: false }) : [];
  const training = run?.config.training;
  const weight = Number(run?.config.objective?.options.sft_weight ?? 0);
  const found: [TrainerGap, boolean][] = [
    ["tokenized-again", Boolean(run?.config.objective)],
    ["best-values", training?.loadBestModelAtEnd === true],
    ["early-stopping", (training?.earlyStoppingPatience ?? 0) > 0],
    ["likelihood-term", weight > 0],
  ];
  return [...found.filter(([, applies]) => applies).map(([gap]) => gap), ...loopGaps(source), ...parts];
}

type Cell = { readonly kind: "code" | "markdown"; readonly text: string };

/** A notebook of Jupyter's format 4.5. */
function notebook(source: ExportSource, run: TrainingRun): Readonly<Record<string, unknown>> {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { name: "python" },
    },
    cells: cellsOf(source, run).map(({ kind, text }, index) => ({
      id: `cell-${index}`,
      cell_type: kind,
      metadata: {},
      source: text,
      ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
    })),
  };
}

function cellsOf(source: ExportSource, run: TrainingRun): Cell[] {
  const lora = defined(loraFacts(source.adapter, run.config) ?? undefined, "a LoRA");
  const intro = [
    "# The same run with Unsloth",
    "The rows in `data/` have the run's tokens and masks. Put this folder beside the notebook; a GPU is needed.",
    ...(baseName(source) === BASE_PLACEHOLDER
      ? ["Set `BASE` to the folder or the repository of the base model."]
      : []),
    "What differs from the run in the browser:",
    gapList(ownGaps(source)),
  ];
  const objective = run.config.objective ?? null;
  return [
    { kind: "markdown", text: intro.join("\n\n") },
    { kind: "code", text: "%pip install unsloth" },
    { kind: "code", text: loadModel(source, run) },
    { kind: "code", text: addAdapter(lora, run) },
    { kind: "code", text: READ_ROWS },
    { kind: "code", text: objective ? trainPairs(run) : trainTokens(run) },
    {
      kind: "markdown",
      text: "`trained/adapter` can be dropped on Luthier's Export step and compared with the base model.",
    },
    { kind: "code", text: 'trainer.train()\nmodel.save_pretrained("trained/adapter")' },
  ];
}

function loadModel(source: ExportSource, { training }: TrainingRun): string {
  const kinds = [...source.model.tensors.values()].map(({ dtype }) => String(dtype));
  const fourBits = kinds.some((dtype) => dtype.startsWith("NF4"));
  return [
    "from unsloth import FastLanguageModel",
    "",
    `BASE = ${pythonLiteral(baseName(source))}`,
    "model, tokenizer = FastLanguageModel.from_pretrained(",
    "    model_name=BASE,",
    `    max_seq_length=${pythonLiteral(training.maxLength)},`,
    "    dtype=None,",
    `    load_in_4bit=${pythonLiteral(fourBits)},`,
    ")",
  ].join("\n");
}

function addAdapter(lora: LoraFacts, { training }: TrainingRun): string {
  const start = lora.start === "pissa" || lora.start === "olora" ? lora.start : true;
  const options = {
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    target_modules: lora.targets,
    ...(lora.modulesToSave.length > 0 ? { modules_to_save: lora.modulesToSave } : {}),
    bias: "none",
    use_rslora: lora.rslora,
    use_dora: lora.dora,
    init_lora_weights: start,
    use_gradient_checkpointing: training.gradientCheckpointing ? "unsloth" : false,
    random_state: training.seed,
  };
  return `model = FastLanguageModel.get_peft_model(\n    model,\n${keywords(options)})`;
}

const READ_ROWS = [
  "import os",
  "",
  "from datasets import load_dataset",
  "",
  'files = {name: f"data/{name}.jsonl" for name in ("train", "validation") if os.path.exists(f"data/{name}.jsonl")}',
  'rows = load_dataset("json", data_files=files)',
].join("\n");

/** Keyword arguments that SFT and DPO have in common. */
function trainingOptions(run: TrainingRun): Readonly<Record<string, unknown>> {
  const { training } = run;
  const validates = run.validation.rows.length > 0;
  return {
    output_dir: "trained",
    per_device_train_batch_size: training.batchSize,
    per_device_eval_batch_size: training.batchSize,
    gradient_accumulation_steps: training.gradientAccumulation,
    max_steps: run.totalSteps,
    learning_rate: training.learningRate,
    lr_scheduler_type: schedules[training.schedule],
    warmup_steps: run.warmupSteps,
    weight_decay: training.weightDecay,
    max_grad_norm: training.maxGradNorm,
    optim: "adamw_torch",
    seed: training.seed,
    logging_steps: 1,
    report_to: "none",
    save_strategy: "no",
    ...(validates ? { eval_strategy: "steps", eval_steps: run.validationInterval } : {}),
  };
}

function trainTokens(run: TrainingRun): string {
  return [
    "from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments",
    "",
    "trainer = Trainer(",
    "    model=model,",
    "    args=TrainingArguments(",
    keywords(trainingOptions(run), 8),
    "    ),",
    '    train_dataset=rows["train"],',
    '    eval_dataset=rows.get("validation"),',
    "    data_collator=DataCollatorForSeq2Seq(tokenizer),",
    ")",
  ].join("\n");
}

function trainPairs(run: TrainingRun): string {
  const { id, options } = defined(run.config.objective ?? undefined, "an objective");
  const own = {
    loss_type: [losses[id]],
    beta: options.beta,
    ...(id === "robust" ? { label_smoothing: options.label_smoothing } : {}),
    max_length: run.training.maxLength,
  };
  return [
    "from trl import DPOConfig, DPOTrainer",
    "",
    "trainer = DPOTrainer(",
    "    model=model,",
    "    args=DPOConfig(",
    keywords({ ...trainingOptions(run), ...own }, 8),
    "    ),",
    '    train_dataset=rows["train"],',
    '    eval_dataset=rows.get("validation"),',
    "    processing_class=tokenizer,",
    ")",
  ].join("\n");
}

/** Keyword arguments, one per line. Names are ours. */
function keywords(options: Readonly<Record<string, unknown>>, indent = 4): string {
  const lines = Object.entries(options).map(
    ([name, value]) => `${" ".repeat(indent)}${name}=${pythonLiteral(value)},`,
  );
  return indent === 4 ? `${lines.join("\n")}\n` : lines.join("\n");
}

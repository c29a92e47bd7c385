import type { PreferenceReport, StepReport, ValidationReport } from "../../../shared/run-history";
import { format } from "./format";
import { formatTyped } from "../../lib/typed-number";
import { logLine } from "./log";
import { plural, rows, type RunPlace, stepSentence } from "./words";

/* Texts of the Train step and of the run panel. */

export const train = {
  intro: "A preset fills the fields; change what you like.",
  presets: { quick: "Quick look", balanced: "Balanced", thorough: "Thorough" },
  presetHints: {
    quick: "about a minute, to see whether it learns",
    balanced: "until the held-out rows stop improving; the best weights are kept",
    thorough: "longer, with smaller steps and more patience",
  },
  presetsLabel: "Presets",
  changed: (count: number) => `${plural(count, "field", "fields")} changed`,
  more: "More",
  warnings: "Check first",
  fix: (label: string, value: number) => `Set ${label} to ${formatTyped(value)}`,
  learnedNothing: {
    title: "This run has learned nothing",
    what: (loss: number, chance: number) =>
      `The loss ended at ${format.loss(loss)}; guessing all tokens with equal probability gives ${format.loss(chance)}, the logarithm of the vocabulary size. The adapter most likely answers nonsense: train again with a lower learning rate or more warm-up steps, and check that the template fits the model.`,
  },
  warning: {
    "rate-high": (low: number, high: number) =>
      `The learning rate is above the usual range of this method (${formatTyped(low)} to ${formatTyped(high)}). The loss may diverge.`,
    "rate-low": (low: number, high: number) =>
      `The learning rate is below the usual range of this method (${formatTyped(low)} to ${formatTyped(high)}). Little may change.`,
    "no-validation": "No rows are held out, so you will not see when the model overfits.",
    "in-bytes": (builtIn: string | null) =>
      builtIn === null
        ? "This model's tokenizer does not know the script of these rows and spells them in bytes. It will learn slowly; choose a model that knows the language."
        : `${builtIn} reads English only. It can be trained on these rows, but spells them in bytes and learns little; choose a model that knows the language.`,
    "no-end-token":
      "This template ends answers without an end token; the model will not learn where to stop.",
    truncated: (count: number, of: number) =>
      `Longer than the maximum length, so they will be truncated: ${format.integer(count)} of ${rows(of)}.`,
    excluded: (count: number, of: number, reason: string) =>
      `Left out: ${format.integer(count)} of ${rows(of)}. ${reason}`,
    "end-cut": (count: number, of: number) =>
      `Truncated within the answer, so no end is learned from them: ${format.integer(count)} of ${rows(of)}. If all are, the model does not learn to stop.`,
    "software-gpu": "This machine has no usable GPU, so a software one is used. It works, but slowly.",
  },
  continueFrom: (name: string, steps: number, withOptimizer: boolean) =>
    `From “${name}”${steps > 0 ? `, ${plural(steps, "step", "steps")}` : ""}${withOptimizer ? ", with its optimizer state" : ""}. You can choose another one under Export.`,
  mixed: {
    label: "Dataset mixed in",
    nothing: "Choose a dataset…",
    choose: "Choose a dataset, or set the share to 0.",
    none: "There is no other dataset yet: add one on the Data step.",
    choice: (name: string, count: number) => `${name} · ${rows(count)}`,
  },
  takeMethod: "Use its method and options",
  rateFinder: {
    find: "Find learning rate",
    stop: "Stop the search",
    hint: "tries rising rates on your data for up to 50 steps, and discards the result",
    busy: "Trying rising rates…",
    chart: "Loss by lr",
    at: (rate: string) => `at ${rate}`,
    take: (rate: string) => `Use ${rate}`,
    none: "The loss did not fall at any rate. Check the data and the template, or keep the default.",
  },
  sweep: {
    title: "Sweep: try several values",
    intro:
      "Trains a short run for every combination of two or three values of one or two settings, one after the other, and compares the loss on held-out rows. Every run is kept under Runs.",
    setting: (number: number) => `Setting ${number}`,
    noSetting: "none",
    method: "Method",
    values: (number: number) => `Values of setting ${number}`,
    wrong: "Two or three different values that this setting takes, separated by spaces.",
    steps: "Steps of each run",
    start: "Start sweep",
    stop: "Stop the sweep",
    need: "Enter two or three values, separated by spaces.",
    count: (runs: number, steps: number) =>
      `${plural(runs, "run", "runs")} of ${plural(steps, "step", "steps")} each`,
    progress: (done: number, total: number) =>
      `Run ${format.integer(Math.min(done + 1, total))} of ${format.integer(total)}`,
    runName: (values: readonly string[]) => `Sweep, ${values.join(", ")}`,
    table: "Sweep",
    run: "Run",
    validation: "Best validation",
    loss: "Loss",
    state: "State",
    take: "Use the best",
  },
  rateChart: "Learning rate",
  normChart: "Gradient norm",
  rewardChart: "Rewards of the answers",
  accuracyChart: "Preference accuracy",
  samples: "Answers on the way",
  sampleExpected: "The dataset's answer",
  sampleStep: (step: number) => `After step ${format.integer(step)}`,
  sampleQuestion: "Question",
  sampleRight: "right",
  sampleNear: (chrf: number) => `chrF ${format.fixed(chrf, 0)}`,
  sampleEmpty: "(nothing)",
  log: "Log",
  logEmpty: "Nothing yet.",
  copyLog: "Copy the log",
};

/** What an objective on pairs measured, for the log. */
function rewards(preference: PreferenceReport | undefined): string {
  if (!preference) return "";
  const { chosenReward, rejectedReward, accuracy } = preference;
  const reward = (value: number | null): string => value?.toFixed(3) ?? "–";
  return `  rewards ${reward(chosenReward)} / ${reward(rejectedReward)}  accuracy ${accuracy.toFixed(3)}`;
}

/** Facts of the planned run, for the line above the button. */
interface RunSummary {
  /** The method's name with its size, such as "LoRA r 8". */
  readonly method: string;
  readonly model: string;
  readonly rows: number;
  readonly steps: number;
  /** Null while the speed is unknown. */
  readonly ms: number | null;
  readonly bytes: number;
}

export const run = {
  interrupted: {
    title: "A run was interrupted",
    what: (name: string, step: number, total: number, savedAt: number) =>
      `“${name}” was last saved after step ${format.integer(step)} of ${format.integer(total)} (${format.date(savedAt)}).`,
    goesOn: "It can continue from there as if nothing had happened.",
    noDataset:
      "Its dataset is missing, so it cannot continue; what it had learned is in the adapter library.",
    elsewhereTitle: "Another tab is training",
    elsewhere: (name: string, step: number, total: number) =>
      `“${name}” was last saved after step ${format.integer(step)} of ${format.integer(total)}. You can browse, ask and export here; training becomes available when that run ends.`,
    resume: "Resume",
    discard: "Discard it",
  },
  label: "Run",
  train: "Train",
  adapterName: (method: string, dataset: string) => `${method}, ${dataset}`,
  pause: "Pause",
  resume: "Resume",
  stop: "Stop",
  open: "Show the run",
  close: "Hide the run",
  status: {
    idle: "Ready to train.",
    preparing: "Preparing…",
    running: (place: RunPlace) => stepSentence(place),
    paused: (place: RunPlace) => `Paused. ${stepSentence(place)}`,
    stopping: (place: RunPlace) => `Stopping. ${stepSentence(place)}`,
    stopped: (place: RunPlace) => `Stopped. ${stepSentence(place)}`,
    done: (place: RunPlace) => `Done. ${stepSentence(place)}`,
    failed: (place: RunPlace) => `Failed. ${stepSentence(place)}`,
  },
  blocked: {
    starting: "Getting ready…",
    "no-gpu": "Training needs WebGPU.",
    "no-data": "Choose a dataset first.",
    importing: "A dataset is being imported…",
    "no-model": "Choose a model first.",
    "model-loading": "The model is loading…",
    "method-problem": "A method option is invalid.",
    "training-problem": "A training option is invalid.",
    "no-mix": "Choose the dataset to mix in.",
    answering: "An answer is being written…",
    measuring: "The speed is being measured…",
    exporting: "An export is being made…",
    busy: "Another task is finishing…",
  },
  lossChart: "Loss",
  chartLabel: (name: string, step: number, value: string) => `Chart: ${name}. At step ${step}: ${value}.`,
  chartCursor: (name: string) => `Read the chart: ${name}`,
  chartValues: (place: string, values: readonly string[]) => `${place}: ${values.join(", ")}`,
  chartEmpty: (name: string) => `Chart: ${name}. Nothing to show yet.`,
  chartPlaceholder: "The curve appears after the first steps.",
  series: {
    train: "training",
    smooth: "smoothed",
    validation: "validation",
    rate: "lr",
    norm: "gradient norm",
    chosen: "chosen",
    rejected: "rejected",
    margin: "margin",
    accuracy: "training",
    validationAccuracy: "validation",
  },
  /** Lines of the log. */
  log: {
    line: logLine,
    step: ({ step, loss, learningRate, gradNorm, preference }: StepReport, total: number) =>
      `step ${step}/${total}  loss ${format.loss(loss)}${rewards(preference)}  lr ${formatTyped(Number(learningRate.toPrecision(3)))}  grad norm ${gradNorm.toPrecision(3)}`,
    validation: ({ step, loss, preference }: ValidationReport, total: number) =>
      `step ${step}/${total}  validation loss ${format.loss(loss)}${rewards(preference)}`,
  },
  atStep: (step: number) => `step ${format.integer(step)}`,
  figures: {
    step: "Step",
    epoch: "Epoch",
    loss: "Loss",
    validation: "Validation",
    accuracy: "Preference accuracy",
    validationAccuracy: "Validation accuracy",
    speed: "Tokens/s",
    left: "Time left",
    took: "Took",
    memory: "GPU memory",
    modelMemory: "Model on the GPU",
  },
  stepOf: (step: number, total: number) => `${format.integer(step)} / ${format.integer(total)}`,
  verdict: {
    stillLearning: "It was still learning",
    more: (steps: number) => `Train ${plural(steps, "more step", "more steps")}`,
    moreLater: (steps: number) =>
      `The loss was still falling at the end. Train longer, by about ${plural(steps, "step", "steps")}.`,
    flat: "It has learned what it could",
    flatWhat: "The loss hardly changed in the last third of the run; more steps would change little.",
    overfitted: (step: number) => `It overfitted after step ${format.integer(step)}`,
    bestKept: (step: number, best: number, last: number) =>
      `The loss on held-out rows rose from ${format.loss(best)} to ${format.loss(last)} while that on the trained rows fell. The weights of step ${format.integer(step)} were kept.`,
    lastKept: (best: number, last: number) =>
      `The loss on held-out rows rose from ${format.loss(best)} to ${format.loss(last)} while that on the trained rows fell, and the last weights were kept. Train again with “Load best model at end”, or with more rows.`,
    forgot: "It forgot other things",
    forgotWhat: (before: number, after: number) =>
      `The loss on everyday questions rose from ${format.loss(before)} to ${format.loss(after)}. A lower learning rate, fewer steps or some everyday rows in the data keep more of what the model knew.`,
  },
  /** Summary of the planned run. */
  summary: ({ method, model, rows: count, steps, ms, bytes }: RunSummary) =>
    [
      `${method} on ${model}`,
      rows(count),
      plural(steps, "step", "steps"),
      ...(ms === null ? [] : [format.about(ms)]),
      format.bytes(bytes),
    ].join(", "),
  warnings: (count: number) => plural(count, "warning", "warnings"),
  trainFurther: "Train further",
  compareNow: "See what changed",
  scoreNow: "Score both sides",
  exportNow: "Take it with you",
  /** Announced to screen readers. */
  spoken: {
    begun: (steps: number) => `Training has begun: ${plural(steps, "step", "steps")}.`,
    progress: (share: number, loss: number | null) =>
      `${format.done(share)}${loss === null ? "" : `, loss ${format.loss(loss)}`}`,
  },
  keepAwake: "Keep the screen awake",
  tellMe: "Tell me when it is done",
  tellMeDenied: "The browser does not allow notifications for this page. Allow them in its site settings.",
  notification: (loss: number | null) => ({
    title: "The run is done",
    body: loss === null ? "The adapter is ready." : `Final loss ${format.loss(loss)}. The adapter is ready.`,
  }),
  notificationFailed: { title: "The run failed", body: "The page shows why." },
  titleRunning: (share: number) => `${format.done(share)} · Luthier`,
  titlePaused: "Paused · Luthier",
  titleDone: "Done · Luthier",
};

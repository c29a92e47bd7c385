import type { ScoreId, ScoredSource } from "../../../shared/scores";
import { type scoreFields, scoreSpecs } from "../../../shared/scores";
import { hasForgotten } from "../../../shared/run-verdict";
import type { LabelledOptionTexts } from "../option-texts";
import { format } from "./format";
import { plural } from "./words";

/* Texts of the scorecard. */

export const scores = {
  title: "Scorecard",
  intro:
    "Both sides on the same rows, asked as training reads them: how likely they find the expected answers, and what they answer themselves.",
  options: "What is scored",
  start: "Score",
  scoring: "Scoring",
  rows: "Rows",
  heldOut: "Rows held out from training",
  file: "A file of test rows",
  chooseFile: "Choose a file",
  blocked: {
    training: "Scores wait until the run ends.",
    model: "Scores need a loaded model.",
    data: "Scores need a dataset: choose one in Data.",
    form: "Correct the options first.",
    busy: "Scores wait until what runs now is done.",
  },
  source: (source: ScoredSource, rows: number, leftOut: number) =>
    [
      `${plural(rows, "row", "rows")} ${sourceWords(source)}`,
      ...(leftOut > 0
        ? [`${plural(leftOut, "row", "rows")} left out: too long, or refused by the template`]
        : []),
    ].join("; "),
  made: (time: number) => `Scored ${format.date(time)}`,
  leaks: (rows: number, questions: number) =>
    [
      ...(rows > 0
        ? [
            `${plural(rows, "row", "rows")} of these also ${rows === 1 ? "stands" : "stand"} in the training data.`,
          ]
        : []),
      ...(questions > 0
        ? [
            `${plural(questions, "question", "questions")} ${questions === 1 ? "is" : "are"} trained on with another answer.`,
          ]
        : []),
      "Scores on them show what was remembered.",
    ].join(" "),
  forgetting: (questions: number, losses: readonly number[]) => {
    const [before = 0, after = 0] = [losses[0], losses.at(-1)];
    const shown = losses.map((loss) => format.loss(loss)).join(" → ");
    const says =
      losses.length < 2
        ? ""
        : hasForgotten({ before, after })
          ? " It forgot other things."
          : after > before + 0.1
            ? " It answers other things a little less well."
            : " It did not forget other things.";
    return `Loss on ${questions} everyday questions: ${shown}.${says}`;
  },
  summary: "Scores",
  score: "Score",
  difference: "Difference (95 % interval)",
  counts: "Better / same / worse",
  tally: (better: number, same: number, worse: number) =>
    [better, same, worse].map((count) => format.integer(count)).join(" / "),
  value: (id: ScoreId, value: number) => valueWords(id, value),
  change: (id: ScoreId, value: number) => changeWords(id, value),
  range: (low: string, high: string) => `${low} to ${high}`,
  names: {
    loss: "Loss",
    perplexity: "Perplexity",
    tokenAccuracy: "Token accuracy",
    exact: "Exact match",
    normalised: "Match, normalised",
    contains: "Contains the answer",
    chrf: "chrF",
    rougeL: "ROUGE-L",
    json: "Valid JSON",
    regex: "Matches the regex",
    ended: "Ended by itself",
    repetition: "Repetition",
    length: "Length in tokens",
    acc: "Choice (acc)",
    accNorm: "Choice (acc_norm)",
  } satisfies Record<ScoreId, string>,
  hints: {
    loss: "Mean over the tokens of the expected answers.",
    perplexity: "The exponential of the loss.",
    tokenAccuracy: "Tokens of the expected answers that were the likeliest.",
    exact: "The answer is the expected one, letter for letter.",
    normalised: "The same but for case, punctuation and blanks.",
    contains: "The expected answer stands in the answer.",
    chrf: "Common runs of characters, 0 to 100, as sacrebleu.",
    rougeL: "Longest common sequence of words, as rouge-score.",
    json: "Of rows that expect JSON.",
    regex: "The regex is found in the answer.",
    ended: "Not cut at the longest answer.",
    repetition: "Runs of four tokens that came before.",
    length: "Tokens of the answer.",
    acc: "The expected answer is the likeliest of all expected ones.",
    accNorm: "The same, by characters.",
  } satisfies Record<ScoreId, string>,
  answers: "Answers",
  question: "Question",
  expected: "Expected",
  sortBy: "Order",
  orders: { rows: "As in the rows", worst: "Worst change first", best: "Best change first" },
  byScore: "By score",
  onlyWorse: "Only what got worse",
  noneWorse: "No row got worse by this score.",
  open: (row: number) => `Ask row ${row} in Compare`,
  openShort: "Ask again",
  earlier: "Earlier rows",
  later: "Later rows",
  csv: "Save as CSV",
  jsonl: "Save as JSONL",
  fileBase: "luthier-scores",
};

export const batch = {
  title: "Batch answers",
  intro:
    "A file of prompts in, a file with answers out: JSON Lines, JSON, CSV or Parquet with prompts, instructions, questions or messages, or a line each in a .txt file. The right side answers, under the answer options above.",
  chooseFile: "Choose prompts",
  start: "Answer all",
  answering: "Answering",
  paused: "Paused",
  pause: "Pause answers",
  resume: "Resume answers",
  done: (answered: number, prompts: number, leftOut: number) =>
    [
      `${format.integer(answered)} of ${plural(prompts, "prompt", "prompts")} answered`,
      ...(leftOut > 0 ? [`${format.integer(leftOut)} left out: too long, or refused by the template`] : []),
    ].join("; "),
  csv: "Save answers as CSV",
  jsonl: "Save answers as JSONL",
  fileBase: "luthier-answers",
};

export const scoreOptions: LabelledOptionTexts<typeof scoreFields> = {
  limit: { label: "Rows at most", hint: "The first so many." },
  maxNewTokens: { label: "Longest answer", hint: "In tokens." },
  pattern: {
    label: "Regex for answers",
    hint: "Counts answers in which it is found, in Python's syntax. Empty: no such score.",
    placeholder: "^\\d+ apples$",
  },
};

function sourceWords(source: ScoredSource): string {
  switch (source.kind) {
    case "held-out":
      return `held out of ${source.dataset}`;
    case "sample":
      return `from the held-out file of ${source.dataset}`;
    case "validation":
      return `from the validation file of ${source.dataset}`;
    case "file":
      return `from ${source.name}`;
  }
}

function isShare(id: ScoreId): boolean {
  return scoreSpecs[id].unit === "share";
}

/** A signed difference; shares are given in percentage points. */
function changeWords(id: ScoreId, value: number): string {
  const [size, decimals] = isShare(id) ? [100 * value, 1] : [value, scoreSpecs[id].unit === "number" ? 3 : 1];
  const shown = format.fixed(Math.abs(size), decimals);
  if (Number(Math.abs(size).toFixed(decimals)) === 0) return shown;
  return `${size < 0 ? "−" : "+"}${shown}`;
}

function valueWords(id: ScoreId, value: number): string {
  if (isShare(id)) return format.share(value);
  if (id === "loss") return format.loss(value);
  return format.fixed(value, 1);
}

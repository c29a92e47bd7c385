import type { RunHistory } from "../shared/run-history";
import { type Evaluation, type ScoreSummary, scoreSpecs } from "../shared/scores";
import { scoreTitles } from "./english/titles";

/** What was recorded of a run, for the model card. */
export interface CardRecord {
  readonly history: RunHistory | null;
  /** Rows that were not trained on. */
  readonly heldOut: number;
  /** Tokens trained on, without padding. */
  readonly tokens: number;
  readonly elapsedMs: number;
  /** "" if the browser hides it. */
  readonly gpu: string;
  /** The latest scorecard; null if it was not scored. */
  readonly evaluation: Evaluation | null;
}

/** A table of scores, beside those of the base model where both were scored. */
export function scoresSection({ summaries, source, rows }: Evaluation): string {
  const compares = summaries.some(({ means }) => means.length > 1);
  const head = compares
    ? ["| | Base model | With this adapter | Difference (95 % interval) |", "| --- | --- | --- | --- |"]
    : ["| | With this adapter |", "| --- | --- |"];
  const where = source.kind === "file" ? "of a file of test rows" : "that were held out from training";
  return [
    "## Scores",
    "",
    `On ${rows.length} rows ${where}, measured in the browser:`,
    "",
    ...head,
    ...summaries.map((summary) => `| ${scoreTitles[summary.id]} | ${cells(summary, compares).join(" | ")} |`),
  ].join("\n");
}

function cells({ id, means, difference }: ScoreSummary, compares: boolean): string[] {
  const shown = means.map((mean) => value(id, mean));
  if (!compares) return shown.slice(-1);
  const change = difference
    ? `${value(id, difference.mean)} (${value(id, difference.low)} to ${value(id, difference.high)})`
    : "";
  return [shown[0] ?? "", shown.at(-1) ?? "", change];
}

function value(id: ScoreSummary["id"], mean: number): string {
  const { unit } = scoreSpecs[id];
  if (unit === "share") return `${(100 * mean).toFixed(1)} %`;
  return mean.toFixed(unit === "number" ? 4 : 1);
}

/** A duration such as "1 h 05 min". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return minutes > 0 ? `${minutes} min ${String(seconds % 60).padStart(2, "0")} s` : `${seconds} s`;
}

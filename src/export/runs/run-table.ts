import type { RunDetails, RunSummary } from "../../shared/run-record";

/** A run's curves as CSV: a line per step, with the validation loss measured after it. Follows RFC 4180. */
export function runTable({ steps, validation }: RunDetails): string {
  const losses = new Map(validation.map(({ step, loss }) => [step, loss]));
  const named = new Set(steps.map(({ step }) => step));
  const lines = steps.map((step) => [
    step.step,
    step.epoch,
    step.loss,
    losses.get(step.step) ?? "",
    step.learningRate,
    step.gradNorm,
    step.supervisedTokens,
    step.tokens ?? "",
    step.activeMs ?? "",
  ]);
  const before = validation
    .filter(({ step }) => !named.has(step))
    .map(({ step, loss }) => [step, "", "", loss, "", "", "", "", ""]);
  const rows = [...before, ...lines].sort(([a], [b]) => Number(a) - Number(b));
  const header = "step,epoch,loss,validation_loss,learning_rate,grad_norm,supervised_tokens,tokens,active_ms";
  return [header, ...rows.map((row) => row.join(","))].join("\r\n") + "\r\n";
}

/** A run as JSON: configuration, identity, figures, curves, samples and log. */
export function runJson(summary: RunSummary, details: RunDetails): string {
  const { deletedAt: _deleted, ...kept } = summary;
  return `${JSON.stringify({ format: "luthier-run", version: 1, ...kept, ...details }, null, 2)}\n`;
}

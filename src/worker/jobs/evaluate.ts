import { LuthierError } from "../../lib/errors";
import type { EvaluateArgs } from "../../protocol/commands";
import { summarise } from "../../scores/summary";
import type { Evaluation, Forgetting, ScoredAnswer, ScoredSide, ScoreValues } from "../../shared/scores";
import { baseKey, saveEvaluation } from "../../storage/evaluations";
import { labelRun } from "../../storage/run-records";
import type { EncodedRows } from "../encoded-rows";
import { everydayRows } from "../everyday";
import { readAdapter } from "../kept-adapter";
import { measureLoss, type PreparedRow, prepareRows, scoreSide } from "../score-rows";
import { scoreSource } from "../score-source";
import type { Session } from "../session";
import { findSpeaker } from "../speakers";
import { onGpu } from "./on-gpu";
import type { Job, JobContext } from "./owner";

/** Scores one or two sides on the same rows, one after the other. If cancelled, stores nothing. */
export function evaluateJob(session: Session, encoded: EncodedRows, args: EvaluateArgs): Job<Evaluation> {
  return {
    kind: "evaluate",
    run: (context) => onGpu(session, () => evaluate(session, encoded, args, context)),
  };
}

async function evaluate(
  session: Session,
  encoded: EncodedRows,
  args: EvaluateArgs,
  { signal, report }: JobContext,
): Promise<Evaluation> {
  const { model } = session;
  const { sides, options } = args;
  const adapters = await Promise.all(
    sides.flatMap(({ adapterId }) => (adapterId === null ? [] : [readAdapter(session, adapterId)])),
  );
  const run = adapters.at(-1)?.run?.config ?? null;
  const [room, ...others] = adapters
    .map(({ adapter }) => model.engine.maxPositions - adapter.promptLength - adapter.prefixLength)
    .reverse();
  const own = { run, positions: room ?? model.engine.maxPositions };
  const { rows, source, encoding, leaks } = await scoreSource(encoded, args, own, signal);
  const positions = Math.min(own.positions, ...others);
  const prepared = prepareRows(rows, encoding, model, positions);
  if (prepared.length === 0) throw new LuthierError({ code: "data/nothing-to-score", leftOut: rows.length });
  const everyday = args.everyday ? prepareRows(await everydayRows(), encoding, model, positions) : [];

  let done = 0;
  const total = 2 * prepared.length * sides.length;
  const onRow = (): void => report({ done: ++done, total, what: "" });
  const answers: ScoredAnswer[][] = [];
  const losses: number[] = [];
  for (const side of sides) {
    const speaker = await findSpeaker(session, side);
    answers.push(await scoreSide(speaker, prepared, { model, encoding, options, signal, onRow }));
    if (everyday.length > 0) losses.push(await measureLoss(speaker, everyday, signal));
  }
  const scored = prepared.map((row, index) => scoredRow(row, answers, index));
  const forgetting: Forgetting | null = everyday.length > 0 ? { questions: everyday.length, losses } : null;
  const evaluation: Evaluation = {
    ...{ sides, source, leaks, forgetting, rows: scored, templateId: encoding.templateId },
    madeAt: Date.now(),
    summaries: summarise(scored),
    leftOut: rows.length - prepared.length,
  };
  await saveEvaluation(keyOf(sides, model.summary.id), evaluation);
  const { adapterId = null } = sides.at(-1) ?? {};
  // An adapter that a run made has the run's id.
  if (adapterId !== null) await labelRun(adapterId, { scores: lastMeans(evaluation) });
  return evaluation;
}

function scoredRow(
  { row, question, expected, expectedTokens }: PreparedRow,
  answers: readonly (readonly ScoredAnswer[])[],
  index: number,
): Evaluation["rows"][number] {
  return { row, question, expected, expectedTokens, answers: answers.flatMap((side) => side[index] ?? []) };
}

/** Means of the last side. */
function lastMeans({ summaries }: Evaluation): ScoreValues {
  return Object.fromEntries(summaries.flatMap(({ id, means }) => means.slice(-1).map((mean) => [id, mean])));
}

function keyOf(sides: readonly ScoredSide[], modelId: string): string {
  return sides.at(-1)?.adapterId ?? baseKey(modelId);
}

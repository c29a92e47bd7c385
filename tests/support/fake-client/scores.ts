import { cancelled } from "../../../src/lib/errors";
import type { CommandArgs } from "../../../src/protocol/commands";
import { summarise } from "../../../src/scores/summary";
import type { AlpacaRow } from "../../../src/shared/rows";
import type { Evaluation, ScoredRow } from "../../../src/shared/scores";
import type { JobContext } from "../../../src/worker/jobs/owner";
import { pause } from "./pace";

/** Scores rows with made-up answers, every third of which gets worse. */
export async function fakeEvaluation(
  { sides, options, encoding }: CommandArgs<"evaluate">[0],
  rows: readonly AlpacaRow[],
  { signal, report }: JobContext,
  paceMs: number,
): Promise<Evaluation> {
  const some = rows.slice(0, options.limit);
  const scored: ScoredRow[] = [];
  for (const [at, { instruction, output }] of some.entries()) {
    report({ done: at, total: some.length, what: "" });
    await pause(paceMs);
    if (signal.aborted) throw cancelled();
    const answers = sides.map((_, side) => {
      const isRight = side > 0 && at % 3 > 0;
      const [loss, chrf] = isRight ? [0.4 + at / 100, 97] : [1.6 - side / 5, 31 - 4 * side];
      const values = { loss, exact: Number(isRight), chrf, ended: 1, length: 9 + side };
      const text = isRight ? output : `Something else, said by side ${side + 1}.`;
      return { text, finish: "end-token" as const, values };
    });
    scored.push({ question: instruction, expected: output, expectedTokens: 8, answers });
  }
  return {
    sides,
    source: { kind: "held-out", dataset: "Example" },
    templateId: encoding.templateId,
    madeAt: Date.now(),
    rows: scored,
    summaries: summarise(scored),
    leftOut: 1,
    leaks: { rows: 1, questions: 2 },
    forgetting: { questions: 24, losses: sides.map((_, side) => 1.1 + side / 4) },
  };
}

import type { Evaluation, ScoreSummary } from "../../../shared/scores";
import { Notice } from "../../components/notice";
import { Term } from "../../components/term";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./scorecard.module.css";
import { sideName } from "./voice-names";

/** Every score of both sides, and how far apart they are. */
export function ScoreTable({ evaluation }: { evaluation: Evaluation }) {
  const text = useText();
  const adapters = useStudio((state) => state.adapters);
  const { rows, source, leftOut, leaks, forgetting, sides, summaries, madeAt } = evaluation;
  const isPair = sides.length > 1;
  return (
    <>
      <p className={classes.source}>
        {text.scores.source(source, rows.length, leftOut)}
        <span className={classes.quiet}>{text.scores.made(madeAt)}</span>
      </p>
      {leaks.rows + leaks.questions > 0 && (
        <Notice kind="warning">{text.scores.leaks(leaks.rows, leaks.questions)}</Notice>
      )}
      <div className={classes.scroll}>
        <table className={classes.table} aria-label={text.scores.summary}>
          <thead>
            <tr>
              <th scope="col">{text.scores.score}</th>
              {sides.map((side, index) => (
                <th key={index} scope="col" className={classes.number}>
                  {sideName(side, adapters, text)}
                </th>
              ))}
              {isPair && (
                <>
                  <th scope="col" className={classes.number}>
                    {text.scores.difference}
                  </th>
                  <th scope="col" className={classes.number}>
                    {text.scores.counts}
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {summaries.map((summary) => (
              <SummaryRow key={summary.id} summary={summary} />
            ))}
          </tbody>
        </table>
      </div>
      {forgetting && (
        <p className={classes.source}>{text.scores.forgetting(forgetting.questions, forgetting.losses)}</p>
      )}
    </>
  );
}

/** Scores that the glossary explains. */
const isTerm = (id: string): id is "loss" | "perplexity" => id === "loss" || id === "perplexity";

function SummaryRow({ summary: { id, means, difference } }: { summary: ScoreSummary }) {
  const text = useText();
  return (
    <tr>
      <th scope="row" title={isTerm(id) ? undefined : text.scores.hints[id]}>
        {isTerm(id) ? <Term id={id}>{text.scores.names[id]}</Term> : text.scores.names[id]}
      </th>
      {means.map((mean, side) => (
        <td key={side} className={classes.number}>
          {text.scores.value(id, mean)}
        </td>
      ))}
      {difference && (
        <>
          <td className={classes.number} data-better={betterness(difference)}>
            {text.scores.change(id, difference.mean)}
            <span className={classes.interval}>
              {text.scores.range(
                text.scores.change(id, difference.low),
                text.scores.change(id, difference.high),
              )}
            </span>
          </td>
          <td className={classes.number}>
            {difference.counts &&
              text.scores.tally(difference.counts.wins, difference.counts.ties, difference.counts.losses)}
          </td>
        </>
      )}
    </tr>
  );
}

/** Whether the interval leaves no doubt which side is better. */
function betterness({
  low,
  high,
  counts,
}: NonNullable<ScoreSummary["difference"]>): "yes" | "no" | undefined {
  if (!counts || (low <= 0 && high >= 0)) return undefined;
  return counts.wins > counts.losses ? "yes" : "no";
}

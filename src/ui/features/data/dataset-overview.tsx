import type { DatasetSummary, RowProblem } from "../../../shared/data";
import { Facts } from "../../components/facts";
import { Fold } from "../../components/fold";
import { Notice } from "../../components/notice";
import { type Text, useText } from "../../text/text";
import classes from "./dataset-overview.module.css";

/** Counts of a dataset's rows, duplicates and problems, with a list of the problems by row. */
export function DatasetOverview({ dataset }: { dataset: DatasetSummary }) {
  const text = useText();
  const { problems, problemCount } = dataset;
  const unseen = problemCount - problems.length;
  return (
    <div className={classes.overview}>
      <Facts
        items={[
          [text.data.format, text.data.formatName(dataset.format ?? "alpaca", dataset.container)],
          [text.data.rows, text.format.integer(dataset.rows)],
          [text.data.problems, problemCount === 0 ? text.data.none : text.format.integer(problemCount)],
          [
            text.data.duplicates,
            dataset.duplicates === 0 ? text.data.none : text.format.integer(dataset.duplicates),
          ],
          [text.data.size, text.format.bytes(dataset.sizeBytes)],
        ]}
      />
      {dataset.brokenAt !== null && (
        <Notice kind="warning" title={text.data.broken}>
          {typeof dataset.brokenAt === "string"
            ? dataset.brokenAt
            : text.data.brokenFile(dataset.brokenAt, dataset.rows)}
        </Notice>
      )}
      {dataset.ignoredFields.length > 0 && (
        <Notice kind="info">{text.data.ignored(dataset.ignoredFields)}</Notice>
      )}
      <KindNotices dataset={dataset} />
      {dataset.emptyAnswers !== undefined && dataset.emptyAnswers > 0 && (
        <Notice kind="warning">{text.data.emptyAnswers(dataset.emptyAnswers)}</Notice>
      )}
      {problemCount > 0 && (
        <Fold title={text.data.problemsTitle(problemCount)}>
          <ul className={classes.problems} aria-label={text.data.problems}>
            {problems.map((problem, index) => (
              <li key={index}>
                <span className={classes.row}>
                  {problem.file === undefined
                    ? text.data.problemRow(problem.row)
                    : text.data.problemFile(problem.file, problem.row)}
                </span>
                <span>{reasonText(problem.reason, text)}</span>
              </li>
            ))}
            {unseen > 0 && <li>{text.data.moreProblems(unseen)}</li>}
          </ul>
        </Fold>
      )}
    </div>
  );
}

/** Explains how rows with other content than questions and answers are handled. */
function KindNotices({ dataset: { kinds = {}, flaggedRows = 0 } }: { dataset: DatasetSummary }) {
  const text = useText();
  const { preference = 0, labelled = 0 } = kinds;
  return (
    <>
      {kinds.text !== undefined && <Notice kind="info">{text.data.textRows}</Notice>}
      {preference > 0 && <Notice kind="info">{text.data.preferenceRows(preference)}</Notice>}
      {labelled > 0 && <Notice kind="info">{text.data.labelledRows(labelled)}</Notice>}
      {flaggedRows > 0 && <Notice kind="info">{text.data.flaggedRows(flaggedRows)}</Notice>}
    </>
  );
}

function reasonText(reason: RowProblem["reason"], text: Text): string {
  if (typeof reason === "string") return reason;
  return "code" in reason ? text.problem(reason).what : text.data.rowFault(reason);
}

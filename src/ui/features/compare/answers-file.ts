import { type Evaluation, type FileAnswers, SCORE_IDS, type ScoredRow } from "../../../shared/scores";

/** An evaluation's rows as JSON Lines. Field names are fixed, independent of the page's language. */
export function answersJsonLines({ rows }: Evaluation, names: readonly string[]): string {
  return rows
    .map(({ question, expected, answers }) => {
      const given = answers.map(({ text, finish, values }, side) => {
        return { model: names[side] ?? "", answer: text, finish, scores: values };
      });
      return `${JSON.stringify({ question, expected, answers: given })}\n`;
    })
    .join("");
}

/** An evaluation's rows as CSV (RFC 4180), with columns for each side. */
export function answersCsv({ rows, summaries }: Evaluation, names: readonly string[]): string {
  const ids = SCORE_IDS.filter((id) => summaries.some((summary) => summary.id === id));
  const heading = [
    ...["question", "expected"],
    ...names.flatMap((name) => ["answer", "finish", ...ids].map((column) => `${name}: ${column}`)),
  ];
  const cells = ({ question, expected, answers }: ScoredRow): string[] => [
    ...[question, expected],
    ...answers.flatMap(({ text, finish, values }) => [
      ...[text, finish],
      ...ids.map((id) => String(values[id] ?? "")),
    ]),
  ];
  return csv([heading, ...rows.map(cells)]);
}

/** Answers to a file's prompts as JSON Lines. */
export function batchJsonLines({ rows }: FileAnswers): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Answers to a file's prompts as CSV. */
export function batchCsv({ rows }: FileAnswers): string {
  const heading = ["question", "expected", "answer", "finish"];
  return csv([
    heading,
    ...rows.map(({ question, expected, answer, finish }) => [question, expected, answer, finish]),
  ]);
}

function csv(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

/** Quotes a cell; an apostrophe stops spreadsheets from evaluating it as a formula. */
function quoted(cell: string): string {
  const isNumber = cell !== "" && Number.isFinite(Number(cell));
  const safe = /^[=+\-@\t\r]/.test(cell) && !isNumber ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
